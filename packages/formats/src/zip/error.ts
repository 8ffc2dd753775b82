import { FormatError, type ReadOptions } from '../error';

/**
 * Thrown when a zip archive is damaged or cut short, or when files cannot be written as one.
 *
 * @example
 * ```ts
 * const archive = await openZip(new Blob(['no archive'])).catch(error => {
 *   if (!(error instanceof ZipError)) throw error;
 *   console.error(error.message); // This is not a whole zip archive: it has no directory at its end.
 * });
 * ```
 */
export class ZipError extends FormatError {
  override readonly name = 'ZipError';
}

export function damaged(why: string, { source }: ReadOptions, cause?: unknown): ZipError {
  return new ZipError(`${source ?? 'This'} is not a whole zip archive: ${why}.`, { source, cause });
}
