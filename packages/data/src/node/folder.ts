import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { partNamed } from '../given-split';
import type { FileOrigin } from '../origin';
import type { Finding, PhotoSet } from '../photo';
import { compareText } from '../text-order';
import { type ListedPhotos, type OpenOptions, PhotoSetError } from './collection';
import { type GivenSplit, readLayout } from './layout';
import { collectPhotos, listedPlaced } from './listed-photos';
import { isSystem } from './system-files';

export interface FolderOptions extends OpenOptions {
  /** What folders named after parts of a split mean. Default `auto`. */
  readonly givenSplit?: GivenSplit;
}

/**
 * Opens a folder that holds a folder of photos for each class, or folders `train`, `val` and `test` with such folders.
 * Every file is read and decoded once. Unusable files are left out and listed in `findings`; files that decoding will
 * convert are listed too. Links are followed, hidden and system files are left out, and a folder that only contains one
 * folder with everything is skipped. No file is changed.
 *
 * @throws PhotoSetError when the folder is missing or holds fewer than two usable classes.
 * @example
 * ```ts
 * const { classes, photos, findings } = await openFolder('photos'); // photos/Amanita/1.jpg, photos/Boletus/1.jpg ...
 * for (const { kind, subject, reason } of findings) console.log(`${kind}: ${subject}, ${reason}`);
 * ```
 */
export async function openFolder(folder: string, options: FolderOptions = {}): Promise<PhotoSet> {
  const { where, listed } = await listFolder(folder, options);
  return collectPhotos(where, listed, options);
}

/** Lists the photos in folders without reading them. @throws PhotoSetError when the folder is missing. */
export async function listFolder(
  folder: string,
  options: FolderOptions,
): Promise<{ readonly where: string; readonly listed: ListedPhotos }> {
  const root = resolve(folder);
  const found = await stat(root).catch(() => undefined);
  if (!found) throw new PhotoSetError(`${root} does not exist.`);
  if (!found.isDirectory())
    throw new PhotoSetError(
      `${root} is a file; it should be a folder that holds a folder for each class.`,
    );
  const listing = await listFolderFiles(root);
  const layout = readLayout(listing.files, root, options.givenSplit);
  const empty = listing.empty.sort(compareText).map(
    (subject): Finding => ({
      kind: 'class left out',
      subject,
      reason: '0 usable photos; the folder is empty',
    }),
  );
  const findings = [...layout.findings, ...listing.findings, ...empty];
  return { where: root, listed: listedPlaced(root, layout.placed, findings, options) };
}

/** All files below a folder, sorted by their names. */
export async function listFolderFiles(root: string): Promise<Listing> {
  const listing: Listing = { files: [], empty: [], findings: [] };
  await list(root, '', [await realpath(root)], listing);
  listing.files.sort((a, b) => compareText(a.name, b.name));
  return listing;
}

interface ListedFile {
  /** Path below the root with `/` as separator. */
  readonly name: string;
  readonly origin: FileOrigin;
}

interface Listing {
  readonly files: ListedFile[];
  /** Empty folders. */
  readonly empty: string[];
  readonly findings: Finding[];
}

/** @param ancestors Real paths of the folders above, to detect a link that leads back to one of them. */
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
      // A system folder counts as one file, and is not searched.
      const kind = isSystem(entry.name) ? 'file' : await kindOf(entry, path);
      if (kind === 'file') listing.files.push({ name, origin: { kind: 'file', path } });
      else if (kind !== 'folder') note(name, kind);
      else {
        const real = await realpath(path);
        if (ancestors.includes(real)) note(name, 'a link to a folder that contains it');
        else await list(root, name, [...ancestors, real], listing);
      }
    }),
  );
}

/** Whether a folder is where class folders are expected: at the top, or in a part of a split. */
const isPlaceOfClass = (folder: string): boolean => {
  const [name = '', inner, ...more] = folder.split('/');
  return more.length === 0 && (inner === undefined ? name !== '' : partNamed(name) !== undefined);
};

/** `file` or `folder`, after following links; otherwise why it is neither. */
async function kindOf(entry: Dirent, path: string): Promise<string> {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return 'is neither a file nor a folder';
  const target = await stat(path).catch(() => undefined);
  if (!target) return 'a link to nothing';
  if (target.isDirectory()) return 'folder';
  return target.isFile() ? 'file' : 'is neither a file nor a folder';
}
