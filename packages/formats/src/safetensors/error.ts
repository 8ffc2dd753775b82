import { FormatError, type ReadOptions } from '../error';

/**
 * Thrown when a safetensors file is damaged or cut short, when a file is not safetensors, or when tensors cannot be written as safetensors.
 *
 * @example
 * ```ts
 * try {
 *   decodeSafetensors(bytes, { source: 'model.safetensors' });
 * } catch (error) {
 *   if (!(error instanceof SafetensorsError)) throw error;
 *   console.error(error.message); // model.safetensors is not a whole safetensors file: it ends within its header ...
 * }
 * ```
 */
export class SafetensorsError extends FormatError {
  override readonly name = 'SafetensorsError';
}

export function damaged(why: string, { source }: ReadOptions): SafetensorsError {
  return new SafetensorsError(`${source ?? 'This'} is not a whole safetensors file: ${why}.`, {
    source,
  });
}
