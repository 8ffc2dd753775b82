/**
 * Names of the TensorFlow.js backends for Node, the fastest first.
 *
 * @example
 * ```ts
 * console.log(engineNames[0]); // 'ort'
 * ```
 */
export const engineNames = ['ort', 'tensorflow', 'wasm', 'cpu'] as const;
export type EngineName = (typeof engineNames)[number];
