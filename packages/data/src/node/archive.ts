import { resolve } from 'node:path';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import type { ArchiveOrigin } from '../origin';
import type { Finding, PhotoSet } from '../photo';
import { ArchiveError } from './bytes';
import { mergeByCase } from './classes';
import { type Candidate, collect, type OpenOptions, PhotoSetError } from './collection';

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
 * A zip archive with a folder of photos for each class, read entry by entry where it lies: nothing is unpacked to disk.
 * Folders above the class folders are passed over while there is but one.
 *
 * @throws ArchiveError when the archive is damaged, or holds what is refused; PhotoSetError when it lacks classes.
 */
export async function openArchive(path: string, options: OpenOptions = {}): Promise<PhotoSet> {
  const files = await listArchive(path);
  const depth = depthOfClasses(files.map(({ name }) => name.split('/')));
  const strayed: Finding[] = [];
  const inside: { file: ArchiveFile; folder: string }[] = [];
  for (const file of files) {
    const parts = file.name.split('/');
    if (parts.length > depth + 1) inside.push({ file, folder: parts[depth]! });
    else {
      const reason = 'lies beside the class folders, not in one';
      strayed.push({ kind: 'quarantined', subject: file.name, reason });
    }
  }
  const { names, findings } = mergeByCase(new Set(inside.map(({ folder }) => folder)));
  const candidates = inside.map(
    ({ file, folder }): Candidate => ({
      id: file.name.split('/').slice(depth).join('/'),
      className: names.get(folder)!,
      origin: file.origin,
    }),
  );
  return collect(resolve(path), candidates, [...strayed, ...findings], options);
}

/** Every file of an archive, by its directory; no file's content is read. */
export async function listArchive(
  path: string,
  limits: ArchiveLimits = {},
): Promise<ArchiveFile[]> {
  const { entries = 1_000_000, entryBytes = 2 ** 29, ratio = 200 } = limits;
  const where = resolve(path);
  const refuse = (what: string): never => {
    throw new ArchiveError(`${where}: ${what}`);
  };
  const zip = await open(where);
  try {
    if (zip.entryCount > entries) refuse(`${zip.entryCount} entries, at most ${entries} are read`);
    const files: ArchiveFile[] = [];
    const seen = new Set<string>();
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      if (name.endsWith('/') || isResourceFork(name)) continue;
      if (seen.has(name)) refuse(`'${name}' is in it more than once`);
      seen.add(name);
      if (isLink(entry)) refuse(`'${name}' is a link; links are not followed`);
      if (entry.isEncrypted()) refuse(`'${name}' is encrypted`);
      const { compressionMethod: method, compressedSize, uncompressedSize: size } = entry;
      if (method !== 0 && method !== 8) refuse(`'${name}' is packed by unknown method ${method}`);
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
    return files;
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError(
      `${where} is no zip archive that can be read: ${(error as Error).message}`,
    );
  } finally {
    zip.close();
  }
}

async function open(path: string): Promise<ZipFile> {
  try {
    // Names that are absolute or go upwards are refused by yauzl.
    return await openPromise(path, { strictFileNames: true, validateEntrySizes: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new PhotoSetError(`${path}: there is no such archive.`);
    throw new ArchiveError(`${path} is no zip archive that can be read: ${message}`);
  }
}

const regularFile = 0o100000;

/** Unix keeps the kind of a file in the upper half of the external attributes; 0 where nobody wrote it. */
function isLink({ externalFileAttributes }: Entry): boolean {
  const kind = (externalFileAttributes >>> 16) & 0o170000;
  return kind !== 0 && kind !== regularFile;
}

/** What macOS adds beside each file. */
const isResourceFork = (name: string) => name.startsWith('__MACOSX/') || name.endsWith('.DS_Store');

/** How many folders lie above the class folders: one that is alone and holds folders is not a class. */
function depthOfClasses(paths: readonly string[][]): number {
  for (let depth = 0; ; depth++) {
    const nested = paths.filter(parts => parts.length > depth + 1);
    const alone = new Set(nested.map(parts => parts[depth])).size === 1;
    if (!alone || nested.every(parts => parts.length === depth + 2)) return depth;
  }
}
