import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { Finding, Photo, PhotoSet } from '../photo';
import { compareText, leastPerClass } from '../split';
import { check, DecodeError } from './decode';

/** A photo in a file. */
export interface PhotoFile extends Photo {
  /** Absolute. */
  readonly path: string;
}

export interface OpenFolderOptions {
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

/** A folder cannot serve as a labelled set. */
export class PhotoFolderError extends Error {
  override readonly name = 'PhotoFolderError';
}

/**
 * A folder with a folder of photos for each class. Every file is read and decoded once; what cannot be used is listed
 * in `findings` and left out, what decoding will convert is listed too. No file is touched.
 *
 * @throws PhotoFolderError when the folder is missing or holds fewer than two usable classes.
 */
export async function openFolder(
  folder: string,
  options: OpenFolderOptions = {},
): Promise<PhotoSet<PhotoFile>> {
  const { onProgress, signal } = options;
  const root = resolve(folder);
  const findings: Finding[] = [];
  const { files, stray } = await list(root);
  for (const id of stray) {
    findings.push({
      kind: 'quarantined',
      subject: id,
      reason: 'lies beside the class folders, not in one',
    });
  }
  const names = mergeByCase([...files.keys()].sort(compareText), findings);

  const todo = [...files].flatMap(([name, ids]) =>
    ids.map(id => ({ id, className: names.get(name)! })),
  );
  todo.sort((a, b) => compareText(a.id, b.id));
  const sha256s: (string | undefined)[] = [];
  const reasons = new Map<string, Finding>();
  let done = 0;
  await inParallel(todo.length, async index => {
    signal?.throwIfAborted();
    const { id } = todo[index]!;
    try {
      const bytes = await readFile(join(root, id));
      const converted = await check(bytes);
      sha256s[index] = createHash('sha256').update(bytes).digest('hex');
      if (converted.length > 0)
        reasons.set(id, { kind: 'converted', subject: id, reason: converted.join(', ') });
    } catch (error) {
      const known =
        error instanceof DecodeError || (error as NodeJS.ErrnoException).code !== undefined;
      if (!known) throw error;
      reasons.set(id, { kind: 'quarantined', subject: id, reason: (error as Error).message });
    }
    onProgress?.({ done: ++done, total: todo.length });
  });
  findings.push(...todo.flatMap(({ id }) => reasons.get(id) ?? []));

  const readable = todo
    .map((file, index) => ({ ...file, sha256: sha256s[index] }))
    .filter(file => file.sha256);
  const classes = [...new Set(names.values())].sort(compareText).filter(name => {
    const count = readable.filter(file => file.className === name).length;
    if (count >= leastPerClass) return true;
    const reason = `${count} usable photos; the split into training, validation and test needs ${leastPerClass}`;
    findings.push({ kind: 'class left out', subject: name, reason });
    return false;
  });
  if (classes.length < 2) throw new PhotoFolderError(tooFewClasses(root, classes, findings));

  const photos = readable.flatMap(({ id, className, sha256 }) => {
    const label = classes.indexOf(className);
    return label < 0 ? [] : [{ id, label, sha256: sha256!, path: join(root, id) }];
  });
  return { classes, photos, findings };
}

/** Paths below `root` by the folder of the first level that they are in, and files that are in none. */
async function list(root: string): Promise<{ files: Map<string, string[]>; stray: string[] }> {
  const found = await stat(root).catch(() => undefined);
  if (!found) throw new PhotoFolderError(`${root}: there is no such folder.`);
  if (!found.isDirectory())
    throw new PhotoFolderError(`${root} is a file; a folder with a folder per class is needed.`);
  const files = new Map<string, string[]>();
  const stray: string[] = [];
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (entry.isDirectory()) files.set(entry.name, await below(root, entry.name));
    else stray.push(entry.name);
  }
  return { files, stray: stray.sort(compareText) };
}

async function below(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const nested = await Promise.all(
    entries.map(entry => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? below(root, path) : [path];
    }),
  );
  return nested.flat();
}

/** Folder name to class name: folders that differ in letter case alone would clash on half of the world's disks. */
function mergeByCase(folders: readonly string[], findings: Finding[]): Map<string, string> {
  const first = new Map<string, string>();
  return new Map(
    folders.map(name => {
      const key = name.normalize('NFC').toLowerCase();
      const kept = first.get(key) ?? name;
      first.set(key, kept);
      if (kept !== name) {
        const reason = `differs from '${kept}' in letter case alone; both are taken as the class '${kept}'`;
        findings.push({ kind: 'classes merged', subject: name, reason });
      }
      return [name, kept];
    }),
  );
}

/** As many at once as there are threads that decode. */
async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(count, availableParallelism() * 2) }, worker));
}

function tooFewClasses(
  root: string,
  classes: readonly string[],
  findings: readonly Finding[],
): string {
  const found = classes.length === 0 ? 'no usable class' : `one usable class ('${classes[0]}')`;
  const shown = findings.slice(0, 8).map(({ subject, reason }) => `  ${subject}: ${reason}`);
  if (findings.length > shown.length)
    shown.push(`  ... and ${findings.length - shown.length} more`);
  const why =
    shown.length > 0 ? `\nWhat was found there:\n${shown.join('\n')}` : '\nThe folder is empty.';
  return (
    `${root} has ${found}; training needs two or more. Expected are folders named after the classes, ` +
    `each with at least ${leastPerClass} photos: ${root}/Amanita/1.jpg, ${root}/Boletus/1.jpg, ...${why}`
  );
}
