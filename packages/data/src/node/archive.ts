import { isUtf8 } from 'node:buffer';
import { resolve } from 'node:path';
import {
  type Entry,
  getFileNameLowLevel,
  openPromise,
  validateFileName,
  type ZipFile,
} from 'yauzl';
import type { ArchiveOrigin } from '../origin';
import type { Finding, PhotoSet } from '../photo';
import { ArchiveError } from './archive-error';
import { type ListedPhotos, PhotoSetError } from './collection';
import type { FolderOptions } from './folder';
import { readLayout } from './layout';
import { collectPhotos, listedPlaced } from './listed-photos';

/** Limits of an archive. An archive or entry beyond them is treated as an attack or an accident. */
export interface ArchiveLimits {
  /** Maximum number of entries. Default 1,000,000. */
  readonly entries?: number;
  /** Maximum number of bytes of one unpacked entry. Default 512 MiB. */
  readonly entryBytes?: number;
  /** Maximum ratio of unpacked to stored bytes of an entry, for entries above 1 MiB. Default 200; photos have about 1. */
  readonly ratio?: number;
}

/** A file in an archive. */
export interface ArchiveFile {
  /** Path inside the archive with `/` as separator. It is never absolute and never leads upwards. */
  readonly name: string;
  readonly origin: ArchiveOrigin;
}

/**
 * Opens a zip archive that holds a folder of photos for each class, or folders `train`, `val` and `test` with such folders.
 * Entries are read directly from the archive; nothing is unpacked to disk. Unusable or unsafe entries are left out and
 * listed in `findings`: links, encrypted entries, entries that are not packed by Deflate, lead out of the archive, expand
 * too much, or have the name of another entry.
 *
 * @throws ArchiveError when the archive is damaged or has too many entries.
 * @throws PhotoSetError when it has fewer than two usable classes.
 * @example
 * ```ts
 * const { classes, photos, findings } = await openArchive('photos.zip');
 * const first = await readPixels(photos[0]!.origin, [224, 224]); // unpacked in memory
 * ```
 */
export async function openArchive(path: string, options: FolderOptions = {}): Promise<PhotoSet> {
  const { where, listed } = await listArchivePhotos(path, options);
  return collectPhotos(where, listed, options);
}

/** Lists the photos in an archive without reading them. */
export async function listArchivePhotos(
  path: string,
  options: FolderOptions,
): Promise<{ readonly where: string; readonly listed: ListedPhotos }> {
  const { files, findings } = await listArchive(path);
  const where = resolve(path);
  const layout = readLayout(files, where, options.givenSplit);
  const all = [...layout.findings, ...findings];
  return { where, listed: listedPlaced(where, layout.placed, all, options) };
}

/** The files in an archive. */
export interface ArchiveListing {
  readonly files: readonly ArchiveFile[];
  /** Entries that are left out, with the reasons. */
  readonly findings: readonly Finding[];
}

/**
 * Lists every file of an archive from its directory, without reading the content of any file. Backslashes in names are
 * treated as `/`. Entries that lead out of the archive's folder, expand too much, or cannot be read are left out and listed
 * in `findings`. If several entries have the same name, one of them is listed if their bytes are equal, and none if they
 * differ.
 *
 * @throws ArchiveError when the archive is damaged or has too many entries.
 * @example
 * ```ts
 * const { files, findings } = await listArchive('photos.zip', { entryBytes: 50e6 });
 * for (const { name, origin } of files) console.log(name, origin.size);
 * for (const { subject, reason } of findings) console.log(`left out: ${subject}, ${reason}`);
 * ```
 */
export async function listArchive(
  path: string,
  limits: ArchiveLimits = {},
): Promise<ArchiveListing> {
  const { entries = 1_000_000 } = limits;
  const where = resolve(path);
  const zip = await open(where);
  try {
    if (zip.entryCount > entries)
      throw new ArchiveError(
        `${where} has ${zip.entryCount} entries; at most ${entries} are allowed`,
      );
    const files = new Map<string, ArchiveFile>();
    const differing = new Set<string>();
    const findings: Finding[] = [];
    for await (const entry of zip.eachEntry()) {
      const raw = nameOf(entry);
      const name = raw.replace(/(^|\/)(\.?\/)+/g, '$1');
      const leaveOut = (reason: string) =>
        findings.push({ kind: 'quarantined', subject: printable(name), reason });
      if (validateFileName(raw) !== null) {
        leaveOut('leads out of the archive: its path is absolute or goes upwards');
        continue;
      }
      if (name === '' || name.endsWith('/') || isFolder(entry)) continue;
      const reason = whyUnused(entry, name, zip.fileSize, limits);
      if (reason !== undefined) {
        leaveOut(reason);
        continue;
      }
      const origin: ArchiveOrigin = {
        kind: 'archive',
        path: where,
        offset: entry.relativeOffsetOfLocalHeader,
        compressedSize: entry.compressedSize,
        size: entry.uncompressedSize,
        compressed: entry.compressionMethod === 8,
        crc32: entry.crc32,
      };
      const other = files.get(name)?.origin;
      if (other === undefined) files.set(name, { name, origin });
      else if (other.crc32 === origin.crc32 && other.size === origin.size)
        findings.push({
          kind: 'listed twice',
          subject: name,
          reason: 'occurs again in the archive, with the same bytes',
        });
      else differing.add(name);
    }
    for (const subject of differing) {
      files.delete(subject);
      const reason =
        'occurs several times in the archive with different bytes, so it is unclear which one is meant';
      findings.push({ kind: 'quarantined', subject, reason });
    }
    return { files: [...files.values()], findings };
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError(
      `${where} cannot be read as a zip archive: ${(error as Error).message}`,
      { cause: error },
    );
  } finally {
    zip.close();
  }
}

/** The reason for leaving an entry out, if there is one. @param fileSize Size of the archive in bytes. */
function whyUnused(
  entry: Entry,
  name: string,
  fileSize: number,
  { entryBytes = 2 ** 29, ratio = 200 }: ArchiveLimits,
): string | undefined {
  const { compressionMethod: method, compressedSize, uncompressedSize: size } = entry;
  if (name.includes('\0')) return 'has a name with a NUL character, which no file system allows';
  if (isLink(entry)) return 'is a link or a device in the archive; links are not followed';
  if (entry.isEncrypted()) return 'is encrypted';
  if (method !== 0 && method !== 8)
    return `is packed by ${methods[method] ?? `method ${method}`}; only Deflate is read`;
  if (size > entryBytes) return `would unpack to ${size} bytes; at most ${entryBytes} are allowed`;
  if (size > 2 ** 20 && size > ratio * compressedSize)
    return `would unpack to ${Math.round(size / compressedSize)} times its stored size; at most ${ratio} times is allowed`;
  if (entry.relativeOffsetOfLocalHeader + compressedSize > fileSize)
    return 'extends beyond the end of the archive, which is incomplete';
  return undefined;
}

async function open(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { decodeStrings: false, validateEntrySizes: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new PhotoSetError(`${path} does not exist.`);
    throw new ArchiveError(`${path} cannot be read as a zip archive: ${message}`, {
      cause: error,
    });
  }
}

const printable = (name: string): string => name.replaceAll('\0', '\\0');

/** Compression methods that other programs can write, by number. */
const methods: Readonly<Record<number, string>> = {
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'XZ',
  98: 'PPMd',
};

const regularFile = 0o100000;
const folder = 0o040000;

const isFolder = ({ externalFileAttributes, uncompressedSize }: Entry): boolean =>
  ((externalFileAttributes >>> 16) & 0o170000) === folder && uncompressedSize === 0;

/** Unix stores the type of a file in the upper half of the external attributes; they are 0 if no type was stored. */
function isLink({ externalFileAttributes }: Entry): boolean {
  const kind = (externalFileAttributes >>> 16) & 0o170000;
  return kind !== 0 && kind !== regularFile;
}

const utf8Flag = 0x800;

/**
 * The name of an entry. Without the UTF-8 flag, the specification says code page 437. But macOS and other systems write
 * UTF-8 without the flag, so a name that is valid UTF-8 is read as UTF-8.
 */
function nameOf({ fileNameRaw, generalPurposeBitFlag, extraFields }: Entry): string {
  const flag = isUtf8(fileNameRaw) ? generalPurposeBitFlag | utf8Flag : generalPurposeBitFlag;
  return getFileNameLowLevel(flag, fileNameRaw, extraFields, false);
}
