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
import { collectPlaced } from './classes';
import { PhotoSetError } from './collection';
import type { FolderOptions } from './folder';
import { readLayout } from './layout';

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
 * by entry where it lies: nothing is unpacked to disk. Links, encrypted entries and those that are not packed by Deflate are left out
 * and listed in `findings`.
 *
 * @throws ArchiveError when the archive is damaged, or holds what is refused; PhotoSetError when it lacks classes.
 */
export async function openArchive(path: string, options: FolderOptions = {}): Promise<PhotoSet> {
  const { files, findings } = await listArchive(path);
  const layout = readLayout(files, resolve(path), options.givenSplit);
  return collectPlaced(resolve(path), layout.placed, [...layout.findings, ...findings], options);
}

/** What an archive holds. */
export interface ArchiveListing {
  readonly files: readonly ArchiveFile[];
  /** Entries that are left out: links, encrypted ones, and those packed in ways that are not read. */
  readonly findings: readonly Finding[];
}

/**
 * Every file of an archive, by its directory; no file's content is read. Backslashes in names count as `/`.
 *
 * @throws ArchiveError when it is damaged, or when an entry goes out of the archive's folder, explodes or is there twice.
 */
export async function listArchive(
  path: string,
  limits: ArchiveLimits = {},
): Promise<ArchiveListing> {
  const { entries = 1_000_000, entryBytes = 2 ** 29, ratio = 200 } = limits;
  const where = resolve(path);
  const refuse = (what: string): never => {
    throw new ArchiveError(`${where}: ${what}`);
  };
  const zip = await open(where);
  try {
    if (zip.entryCount > entries) refuse(`${zip.entryCount} entries, at most ${entries} are read`);
    const files: ArchiveFile[] = [];
    const findings: Finding[] = [];
    const seen = new Set<string>();
    for await (const entry of zip.eachEntry()) {
      const raw = nameOf(entry);
      const wrong = validateFileName(raw);
      if (wrong !== null) refuse(wrong);
      const name = raw.replace(/(^|\/)(\.?\/)+/g, '$1');
      const leaveOut = (reason: string) =>
        findings.push({ kind: 'quarantined', subject: printable(name), reason });
      if (name.includes('\0')) {
        leaveOut('has a name with a NUL in it, which no disk can hold');
        continue;
      }
      if (name === '' || name.endsWith('/') || isFolder(entry)) continue;
      if (seen.has(name)) refuse(`'${name}' is in it more than once`);
      seen.add(name);
      if (isLink(entry)) {
        leaveOut('is a link or a device in the archive; links are not followed');
        continue;
      }
      if (entry.isEncrypted()) {
        leaveOut('is encrypted');
        continue;
      }
      const { compressionMethod: method, compressedSize, uncompressedSize: size } = entry;
      if (method !== 0 && method !== 8) {
        leaveOut(`is packed by ${methods[method] ?? `method ${method}`}; only Deflate is read`);
        continue;
      }
      if (size > entryBytes) refuse(`'${name}' would be ${size} bytes, at most ${entryBytes}`);
      if (size > 2 ** 20 && size > ratio * compressedSize) {
        refuse(`'${name}' would grow ${Math.round(size / compressedSize)}-fold, at most ${ratio}`);
      }
      if (entry.relativeOffsetOfLocalHeader + compressedSize > zip.fileSize) {
        refuse(`'${name}' reaches beyond the end of the file; the archive is cut short`);
      }
      const origin: ArchiveOrigin = {
        kind: 'archive',
        path: where,
        offset: entry.relativeOffsetOfLocalHeader,
        compressedSize,
        size,
        compressed: method === 8,
        crc32: entry.crc32,
      };
      files.push({ name, origin });
    }
    return { files, findings };
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
