import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { partNamed } from '../given-split';
import type { FileOrigin } from '../origin';
import type { Finding, PhotoSet } from '../photo';
import { compareText } from '../text-order';
import { type OpenOptions, PhotoSetError } from './collection';
import { type GivenSplit, readLayout } from './layout';
import { collectPlaced } from './listed-photos';
import { isSystem } from './system-files';

export interface FolderOptions extends OpenOptions {
  /** Default `auto`. */
  readonly givenSplit?: GivenSplit;
}

/**
 * A folder with a folder of photos for each class, or `train`, `val` and `test` folders that hold such folders. Every file is
 * read and decoded once; what cannot be used is listed in `findings` and left out, what decoding will convert is listed too.
 * Links are followed, hidden and system files are left out, and folders that wrap everything are passed over. No file is touched.
 *
 * @throws PhotoSetError when the folder is missing or holds fewer than two usable classes.
 * @example
 * ```ts
 * const { classes, photos, findings } = await openFolder('photos'); // photos/Amanita/1.jpg, photos/Boletus/1.jpg ...
 * for (const { kind, subject, reason } of findings) console.log(`${kind}: ${subject}, ${reason}`);
 * ```
 */
export async function openFolder(folder: string, options: FolderOptions = {}): Promise<PhotoSet> {
  const root = resolve(folder);
  const found = await stat(root).catch(() => undefined);
  if (!found) throw new PhotoSetError(`${root}: there is no such folder.`);
  if (!found.isDirectory())
    throw new PhotoSetError(`${root} is a file; a folder with a folder per class is needed.`);
  const listing: Listing = { files: [], empty: [], findings: [] };
  await list(root, '', [await realpath(root)], listing);
  listing.files.sort((a, b) => compareText(a.name, b.name));
  const layout = readLayout(listing.files, root, options.givenSplit);
  const empty = listing.empty.sort(compareText).map(
    (subject): Finding => ({
      kind: 'class left out',
      subject,
      reason: '0 usable photos; the folder is empty',
    }),
  );
  const findings = [...layout.findings, ...listing.findings, ...empty];
  return collectPlaced(root, layout.placed, findings, options);
}

interface ListedFile {
  /** Below the root, with `/` between the parts. */
  readonly name: string;
  readonly origin: FileOrigin;
}

interface Listing {
  readonly files: ListedFile[];
  /** Folders without anything in them. */
  readonly empty: string[];
  readonly findings: Finding[];
}

/** @param ancestors Real paths of the folders above, by which a link that leads back to one of them is found. */
async function list(
  root: string,
  folder: string,
  ancestors: readonly string[],
  listing: Listing,
): Promise<void> {
  const note = (subject: string, reason: string) =>
    listing.findings.push({ kind: 'quarantined', subject, reason });
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      note(folder, `cannot be listed (${error.code ?? error.message})`);
      return undefined;
    },
  );
  if (entries?.length === 0 && isPlaceOfClass(folder)) listing.empty.push(folder);
  await Promise.all(
    (entries ?? []).map(async entry => {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const path = join(root, name);
      // A system folder counts as one file: nobody looks into it.
      const kind = isSystem(entry.name) ? 'file' : await kindOf(entry, path);
      if (kind === 'file') listing.files.push({ name, origin: { kind: 'file', path } });
      else if (kind !== 'folder') note(name, kind);
      else {
        const real = await realpath(path);
        if (ancestors.includes(real)) note(name, 'a link to a folder that it lies in');
        else await list(root, name, [...ancestors, real], listing);
      }
    }),
  );
}

/** On top, or in a part of a split. */
const isPlaceOfClass = (folder: string): boolean => {
  const [name = '', inner, ...more] = folder.split('/');
  return more.length === 0 && (inner === undefined ? name !== '' : partNamed(name) !== undefined);
};

/** `file` or `folder`, links followed; or why it is neither. */
async function kindOf(entry: Dirent, path: string): Promise<string> {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return 'is neither a file nor a folder';
  const target = await stat(path).catch(() => undefined);
  if (!target) return 'a link to nothing';
  if (target.isDirectory()) return 'folder';
  return target.isFile() ? 'file' : 'is neither a file nor a folder';
}
