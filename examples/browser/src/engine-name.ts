/** What TensorFlow.js can compute on in a browser. */
export const engineNames = ['webgpu', 'webgl', 'wasm'] as const;
export type EngineName = (typeof engineNames)[number];

/** How fast an engine is here, or why it cannot be had. */
export type Measurement =
  | { readonly engine: EngineName; readonly milliseconds: number }
  | { readonly engine: EngineName; readonly reason: string };
