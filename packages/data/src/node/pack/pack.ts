import { mkdir, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Finding } from '../../photo';
import { compareText } from '../../text-order';
import { readBytes } from '../bytes';
import { PhotoSetError } from '../collection';
import { isDocument } from '../documents';
import { isOfTheFile } from '../examination';
import { listPhotos } from '../listing';
import { findPhotos } from '../places/found';
import type { OpenPhotosOptions } from '../sources/photo-source';
import { ofWriting, PackError } from './pack-error';
import { classesOf, type Packable, type Packer } from './packer';
import { parquetPacker } from './parquet-packer';
import { keyOf, tarPacker } from './tar-packer';

/** Kinds of files that photos are packed into. */
export type PackFormat = 'tar' | 'parquet';

export interface PackOptions extends OpenPhotosOptions {
  /** `tar`: archives of WebDataset, each with an index. `parquet`: files as the library `datasets` writes them. Default `tar`. */
  readonly format?: PackFormat;
  /** Bytes of photos after which another file begins. Default 1e9. */
  readonly bytes?: number;
  /** Photos after which another file begins. Default 100,000. */
  readonly photos?: number;
}

/** Photos that were packed. */
export interface Packed {
  /** Absolute paths of the files. */
  readonly files: readonly string[];
  /** Empty if the photos have no classes. */
  readonly classes: readonly string[];
  /** Number of photos. */
  readonly photos: number;
  /** Photos that were left out, and other problems. */
  readonly findings: readonly Finding[];
}

const packers = { tar: tarPacker, parquet: parquetPacker } as const;

/**
 * Packs photos into few large files, which are read by ranges: their bytes are unchanged, and so are classes, groups, parts and other
 * columns. If the photos come with a split, each part has its own files, such as `train-000000.tar`. If neither folders nor facts tell a
 * class, the photos are packed without classes.
 *
 * @param where The photos, as for `openPhotos`.
 * @param out Folder for the files. It has to be empty or new.
 * @throws PackError when the folder has files, or the disk does not take them. PhotoSetError when there are no photos.
 * @example
 * ```ts
 * const { files } = await packPhotos('photos', 'shards', { bytes: 500e6 });
 * const { classes } = await openPhotos(files); // the same photos
 * ```
 */
export async function packPhotos(
  where: string | readonly string[],
  out: string,
  options: PackOptions = {},
): Promise<Packed> {
  const { format = 'tar', bytes: mostBytes = 1e9, photos: most = 100_000 } = options;
  const { onProgress, signal } = options;
  if (!Object.hasOwn(packers, format))
    throw new RangeError(`format should be ${Object.keys(packers).join(' or ')}, not '${format}'.`);
  for (const [name, value] of Object.entries({ bytes: mostBytes, photos: most }))
    if (!(value >= 1)) throw new RangeError(`${name} should be at least 1, not ${value}.`);
  const { where: shown, listed } = await listPhotos(where, options);
  const findings: Finding[] = [];
  const photos: Packable[] = [...listed.candidates];
  if (photos.length > 0) findings.push(...(listed.findings ?? []));
  else photos.push(...(await photosWithoutClasses(where, findings, signal)));
  if (photos.length === 0) throw new PhotoSetError(`${shown} has no photos.`);
  const folder = await emptyFolder(out);
  const todo = photos.sort(inOrder);
  const classes = [...new Set(todo.flatMap(classesOf))].sort(compareText);
  const columns = new Set(
    todo.flatMap(({ part, group, columns: own }) => [
      ...(part ? ['split'] : []),
      ...(group === undefined ? [] : ['group']),
      ...Object.keys(own ?? {}),
    ]),
  );
  const isMultiLabel = todo.some(({ classNames }) => classNames !== undefined);
  const set = { classes, columns: [...columns], isMultiLabel };
  const writing = <T>(work: Promise<T>): Promise<T> =>
    work.catch(error => {
      throw ofWriting(
        folder,
        error,
        'Make room or give another folder, and pack all photos again.',
      );
    });
  const files: string[] = [];
  const names = new Set<string>();
  let current:
    | { packer: Packer; part: string | undefined; bytes: number; photos: number }
    | undefined;
  let packed = 0;
  try {
    for (const [index, candidate] of todo.entries()) {
      signal?.throwIfAborted();
      const { id, part, origin } = candidate;
      const bytes = await readBytes(origin, signal ? { signal } : {}).catch((error: unknown) => {
        if (!isOfTheFile(error)) throw error;
        findings.push({ kind: 'quarantined', subject: id, reason: (error as Error).message });
      });
      onProgress?.({ done: index + 1, total: todo.length });
      if (!bytes) continue;
      const isFull =
        current &&
        (current.photos >= most ||
          (current.photos > 0 && current.bytes + bytes.length > mostBytes));
      if (!current || isFull || current.part !== part) {
        if (current) await writing(current.packer.close());
        current = undefined;
        const number = files.filter(file => file.startsWith(`${part ?? 'photos'}-`)).length;
        const name = `${part ?? 'photos'}-${String(number).padStart(6, '0')}.${format}`;
        files.push(name);
        const packer = await writing(packers[format](join(folder, name), set));
        current = { packer, part, bytes: 0, photos: 0 };
      }
      await writing(current.packer.add({ candidate, bytes, name: unused(id, names) }));
      current.bytes += bytes.length;
      current.photos++;
      packed++;
    }
    if (current) await writing(current.packer.close());
    current = undefined;
  } finally {
    await current?.packer.abort();
  }
  if (packed === 0) {
    const { subject, reason } = findings.at(-1)!;
    throw new PhotoSetError(`${shown} has no photo that can be read: ${subject}: ${reason}.`);
  }
  return { files: files.map(name => join(folder, name)), classes, photos: packed, findings };
}

async function photosWithoutClasses(
  where: string | readonly string[],
  findings: Finding[],
  signal: AbortSignal | undefined,
): Promise<Packable[]> {
  const photos: Packable[] = [];
  const onFinding = (finding: Finding) => void findings.push(finding);
  for await (const { name, origin } of findPhotos(where, {
    onFinding,
    ...(signal && { signal }),
  })) {
    const id = name === '' ? basename(origin.path) : name;
    if (!isDocument(id)) photos.push({ id, origin });
    else
      findings.push({
        kind: 'quarantined',
        subject: id,
        reason: 'its name is not that of a photo',
      });
  }
  return photos;
}

/** Parts one after the other, and photos of a part by their names. */
const inOrder = (a: Packable, b: Packable): number =>
  compareText(a.part ?? '', b.part ?? '') || compareText(a.id, b.id);

async function emptyFolder(out: string): Promise<string> {
  const folder = resolve(out);
  const [first] = await mkdir(folder, { recursive: true })
    .then(() => readdir(folder))
    .catch(error => {
      throw ofWriting(folder, error, 'Give another folder.');
    });
  if (first !== undefined)
    throw new PackError(folder, `it should be empty, but has '${first}'. Give another folder.`);
  return folder;
}

/** A name whose key no other photo has. */
function unused(id: string, names: Set<string>): string {
  const { key, suffix } = keyOf(id.replace(/^\/+/, ''));
  let name = key;
  for (let count = 2; names.has(name); count++) name = `${key}-${count}`;
  names.add(name);
  return suffix === undefined ? name : `${name}.${suffix}`;
}
