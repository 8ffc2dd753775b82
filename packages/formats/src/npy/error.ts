import { FormatError, type ReadOptions } from '../error';

/** An npy file is damaged, cut short, or not one at all. */
export class NpyError extends FormatError {
  override readonly name = 'NpyError';
}

export function damaged(why: string, { source }: ReadOptions): NpyError {
  return new NpyError(`${source ?? 'This'} is not a whole npy file: ${why}.`, { source });
}
