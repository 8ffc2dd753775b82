import type { Finding } from '../../photo';
import { ArchiveError } from '../archive-error';
import { PhotoSetError } from '../collection';
import type { FoundPhoto } from '../found-photo';
import { isRemote } from '../places/addresses';
import { shownAddress } from '../stores/http';
import { openRanges, type RangeOptions, sizeOf } from '../stores/ranges';
import { PhotoStoreError } from '../stores/store-error';
import { headerReader } from './entries';
import { indexEnding, readTarIndex } from './index-file';
import { tarPhotos } from './samples';

/**
 * Yields the photos of a tar archive, from its index if there is one, otherwise from its headers.
 *
 * @param path Absolute path of the archive.
 * @param findings Gets a finding if samples have no picture.
 * @throws PhotoSetError when there is no archive. ArchiveError when the archive or its index is damaged.
 */
export async function* listTar(
  path: string,
  findings: Finding[] = [],
  options: RangeOptions = {},
): AsyncGenerator<FoundPhoto, void, undefined> {
  const bytes = await sizeOf(path, options);
  const shown = isRemote(path) ? shownAddress(path) : path;
  if (bytes === undefined) throw new PhotoSetError(`${shown} does not exist.`);
  const index = `${path}${indexEnding}`;
  const isIndexed = await isThere(index, options);
  const file = await openRanges(isIndexed ? index : path, options);
  const without: string[] = [];
  try {
    const photos = isIndexed
      ? readTarIndex(file, bytes)
      : tarPhotos(headerReader(file, isRemote(path)), ({ name }) => void without.push(name));
    for await (const { name, offset, size, row } of photos)
      yield { name, origin: { kind: 'tar', path, offset, size }, bytes: size, row };
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw new ArchiveError(`${shown} cannot be read as a tar archive: ${error.message}`, {
      cause: error,
    });
  } finally {
    await file.close();
  }
  if (without.length > 0)
    findings.push({
      kind: 'quarantined',
      subject: `${shown}: ${without.length} ${without.length === 1 ? 'sample' : 'samples'}`,
      reason: `without a picture, such as '${without[0]}'; left out`,
    });
}

/** Whether an archive has an index. A signed address has none, and stores that hide what they do not have refuse it. */
async function isThere(index: string, options: RangeOptions): Promise<boolean> {
  if (isRemote(index) && index.includes('?')) return false;
  try {
    return (await sizeOf(index, options)) !== undefined;
  } catch (error) {
    if (error instanceof PhotoStoreError && error.fault === 'refused') return false;
    throw error;
  }
}
