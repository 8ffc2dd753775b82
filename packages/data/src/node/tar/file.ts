import type { TarOrigin } from '../../origin';
import { ArchiveError } from '../archive-error';
import { type RangeOptions, readRange } from '../stores/ranges';
import { block, readTarHeader } from './header';

/**
 * Reads one file of a tar archive with its header, which tells whether the archive is still the same.
 *
 * @throws ArchiveError when the archive has no file of this size there.
 */
export async function readTarFile(
  { path, offset, size }: TarOrigin,
  options: RangeOptions,
): Promise<Buffer> {
  const bytes = await readRange(path, offset - block, offset + size, options);
  if (bytes.length < block + size) throw new ArchiveError('the archive is incomplete');
  const header = readTarHeader(bytes.subarray(0, block));
  // Sizes above 8 GiB are in an extended header, and are no photos.
  if (header?.size !== size)
    throw new ArchiveError(
      `the archive has changed: there is no file of ${size} bytes at byte ${offset}`,
    );
  return bytes.subarray(block);
}
