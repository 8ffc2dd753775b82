import { FormatError, type ReadOptions } from '../error';

/**
 * An npy file is damaged, cut short, or not one at all; or values cannot be written as one.
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
