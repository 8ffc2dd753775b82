import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Finding, PhotoSet } from '../photo';
import { compareText } from '../split';
import { mergeByCase } from './classes';
import { collect, type OpenOptions, PhotoSetError } from './collection';

/**
 * A folder with a folder of photos for each class. Every file is read and decoded once; what cannot be used is listed
 * in `findings` and left out, what decoding will convert is listed too. No file is touched.
 *
 * @throws PhotoSetError when the folder is missing or holds fewer than two usable classes.
 */
export async function openFolder(folder: string, options: OpenOptions = {}): Promise<PhotoSet> {
  const root = resolve(folder);
  const { files, stray } = await list(root);
  const { names, findings } = mergeByCase(files.keys());
  const reason = 'lies beside the class folders, not in one';
  const strayed = stray.map((subject): Finding => ({ kind: 'quarantined', subject, reason }));
  const candidates = [...files].flatMap(([name, ids]) =>
    ids.map(id => ({
      id,
      className: names.get(name)!,
      origin: { kind: 'file', path: join(root, id) } as const,
    })),
  );
  // A folder without a file has no candidate to name it.
  const empty = [...files].flatMap(([name, ids]): Finding[] => {
    const alone = ids.length === 0 && names.get(name) === name;
    return alone
      ? [{ kind: 'class left out', subject: name, reason: '0 usable photos; the folder is empty' }]
      : [];
  });
  return collect(root, candidates, [...strayed, ...findings, ...empty], options);
}

/** Paths below `root` by the folder of the first level that they are in, and files that are in none. */
async function list(root: string): Promise<{ files: Map<string, string[]>; stray: string[] }> {
  const found = await stat(root).catch(() => undefined);
  if (!found) throw new PhotoSetError(`${root}: there is no such folder.`);
  if (!found.isDirectory())
    throw new PhotoSetError(`${root} is a file; a folder with a folder per class is needed.`);
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
