/**
 * Thrown when an archive is damaged, or holds entries that should not be unpacked.
 *
 * @example
 * ```ts
 * try {
 *   await unpackArchive('photos.zip', 'photos');
 * } catch (error) {
 *   if (!(error instanceof ArchiveError)) throw error;
 *   console.error(`photos.zip was not unpacked completely: ${error.message}`);
 * }
 * ```
 */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}
