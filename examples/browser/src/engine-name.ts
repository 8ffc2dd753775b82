/** The TensorFlow.js backends for browsers. */
export const engineNames = ['webgpu', 'webgl', 'wasm'] as const;
export type EngineName = (typeof engineNames)[number];

/** How fast an engine is in this browser, or why it is not available. */
export type Measurement =
  | { readonly engine: EngineName; readonly milliseconds: number }
  | { readonly engine: EngineName; readonly reason: string };
