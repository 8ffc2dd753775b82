import { FormatError, type ReadOptions } from '../error';

/**
 * A safetensors file is damaged, cut short, or not one at all; or tensors cannot be written as one.
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
