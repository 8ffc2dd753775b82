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
import { ArchiveError } from './bytes';
import { PhotoSetError } from './collection';
import type { FolderOptions } from './folder';
import { readLayout } from './layout';
import { collectPlaced } from './listed-photos';

/** What an archive may hold at most; beyond that it is taken for an attack or an accident. */
export interface ArchiveLimits {
  /** Default 1,000,000. */
  readonly entries?: number;
  /** Bytes of one unpacked entry. Default 512 MiB. */
  readonly entryBytes?: number;
  /** Unpacked bytes of an entry for each stored one, above 1 MiB. Default 200; photos are near 1. */
  readonly ratio?: number;
}

/** A file in an archive. */
export interface ArchiveFile {
  /** Its path inside, with `/` between the parts; never absolute, never upwards. */
  readonly name: string;
  readonly origin: ArchiveOrigin;
}

/**
 * A zip archive with a folder of photos for each class, or `train`, `val` and `test` folders that hold such folders, read entry
 * by entry where it lies: nothing is unpacked to disk. Entries that cannot be used, or should not be, are left out and listed in
 * `findings`: links, encrypted ones, those that are not packed by Deflate, lead out of the archive, explode, or have the name of another.
 *
 * @throws ArchiveError when the archive is damaged, or has too many entries; PhotoSetError when it lacks classes.
 * @example
 * ```ts
 * const { classes, photos, findings } = await openArchive('photos.zip');
 * const first = await readPixels(photos[0]!.origin, [224, 224]); // unpacked in memory
 * ```
 */
export async function openArchive(path: string, options: FolderOptions = {}): Promise<PhotoSet> {
  const { files, findings } = await listArchive(path);
  const layout = readLayout(files, resolve(path), options.givenSplit);
  return collectPlaced(resolve(path), layout.placed, [...layout.findings, ...findings], options);
}

/** What an archive holds. */
export interface ArchiveListing {
  readonly files: readonly ArchiveFile[];
  /** Entries that are left out, and why. */
  readonly findings: readonly Finding[];
}

/**
 * Lists every file of an archive, by its directory; no file's content is read. Backslashes in names count as `/`. Entries that go
 * out of the archive's folder, explode, or cannot be read are left out and listed. Of entries with one name that hold the same, one is
 * listed; where they differ, none is.
 *
 * @throws ArchiveError when it is damaged, or has too many entries.
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
      throw new ArchiveError(`${where}: ${zip.entryCount} entries, at most ${entries} are read`);
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
          reason: 'is in the archive again, with the same bytes',
        });
      else differing.add(name);
    }
    for (const subject of differing) {
      files.delete(subject);
      const reason =
        'is in the archive more than once, with other bytes: nothing says which is meant';
      findings.push({ kind: 'quarantined', subject, reason });
    }
    return { files: [...files.values()], findings };
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError(
      `${where} is no zip archive that can be read: ${(error as Error).message}`,
      { cause: error },
    );
  } finally {
    zip.close();
  }
}

/** Why an entry is left out, if it is. @param fileSize Of the archive, in bytes. */
function whyUnused(
  entry: Entry,
  name: string,
  fileSize: number,
  { entryBytes = 2 ** 29, ratio = 200 }: ArchiveLimits,
): string | undefined {
  const { compressionMethod: method, compressedSize, uncompressedSize: size } = entry;
  if (name.includes('\0')) return 'has a name with a NUL in it, which no disk can hold';
  if (isLink(entry)) return 'is a link or a device in the archive; links are not followed';
  if (entry.isEncrypted()) return 'is encrypted';
  if (method !== 0 && method !== 8)
    return `is packed by ${methods[method] ?? `method ${method}`}; only Deflate is read`;
  if (size > entryBytes) return `would be ${size} bytes, at most ${entryBytes} are unpacked`;
  if (size > 2 ** 20 && size > ratio * compressedSize)
    return `would grow ${Math.round(size / compressedSize)}-fold, at most ${ratio} is allowed`;
  if (entry.relativeOffsetOfLocalHeader + compressedSize > fileSize)
    return 'reaches beyond the end of the archive, which is cut short';
  return undefined;
}

async function open(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { decodeStrings: false, validateEntrySizes: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new PhotoSetError(`${path}: there is no such archive.`);
    throw new ArchiveError(`${path} is no zip archive that can be read: ${message}`, {
      cause: error,
    });
  }
}

const printable = (name: string): string => name.replaceAll('\0', '\\0');

/** Ways of packing that others can write. */
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

/** Unix keeps the kind of a file in the upper half of the external attributes; 0 where nobody wrote it. */
function isLink({ externalFileAttributes }: Entry): boolean {
  const kind = (externalFileAttributes >>> 16) & 0o170000;
  return kind !== 0 && kind !== regularFile;
}

const utf8Flag = 0x800;

/**
 * An entry's name. Without the flag for UTF-8 it is in code page 437 by the specification, but macOS and others write UTF-8
 * without saying so: names that are valid UTF-8 are taken as that.
 */
function nameOf({ fileNameRaw, generalPurposeBitFlag, extraFields }: Entry): string {
  const flag = isUtf8(fileNameRaw) ? generalPurposeBitFlag | utf8Flag : generalPurposeBitFlag;
  return getFileNameLowLevel(flag, fileNameRaw, extraFields, false);
}
