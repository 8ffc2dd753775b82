import { FormatError, type ReadOptions } from '../error';

/**
 * Thrown when an npy file is damaged or cut short, when a file is not npy, or when values cannot be written as npy.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 *
 * try {
 *   console.log(decodeNpy(await readFile('features.npy')).shape);
 * } catch (error) {
 *   if (!(error instanceof NpyError)) throw error;
 *   console.log('features.npy was not written to its end: computing the features again');
 * }
 * ```
 */
export class NpyError extends FormatError {
  override readonly name = 'NpyError';
}

export function damaged(why: string, { source }: ReadOptions): NpyError {
  return new NpyError(`${source ?? 'This'} is not a whole npy file: ${why}.`, { source });
}
