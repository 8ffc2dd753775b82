import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { unpackArchive } from '@shroom/data/node';
import { cacheFolder, fetchFromHub, fetchUrl } from '@shroom/models/node';
import { ClassifierFileError } from '../errors';
import { Meter, type OnProgress } from '../progress';
import { parseClassifierFile } from './classifier-file';
import { storedFiles } from './stored';
import { hashOf } from './tensors';

export interface LocateOptions {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Returns the local path of a file of a classifier. A remote file is downloaded first. */
type Fetch = (path: string, sha256?: string) => Promise<string>;

/**
 * The local folder of a classifier. A local folder is used directly. A `.zip`, the URL of a folder, of its `classifier.json` or of a
 * `.zip`, or `hf:owner/name@revision` is unpacked or downloaded into the cache once.
 *
 * @throws ClassifierFileError when the address has no classifier. DownloadError when the download fails.
 */
export async function folderOf(address: string, options: LocateOptions): Promise<string> {
  const { signal, onProgress } = options;
  const meter = new Meter('downloading weights', 'MB', onProgress);
  const megabytes = (bytes: number) => Math.round(bytes / 1e6);
  const downloading = {
    ...(signal && { signal }),
    onProgress: ({ received, total }: { received: number; total: number }) =>
      meter.update(megabytes(received), megabytes(total)),
  };
  const hub = /^hf:([^@#]+)(?:@([^#]+))?$/.exec(address);
  if (hub) {
    const [, model, revision] = hub;
    const at = { model: model!, ...(revision !== undefined && { revision }) };
    return fetched(address, path => fetchFromHub({ ...at, file: path }, downloading));
  }
  if (/^https?:/.test(address)) {
    const url = new URL(address);
    if (url.pathname.endsWith('.zip')) return unpacked(await fetchUrl(address, downloading));
    if (!/\/(classifier\.json)?$/.test(url.pathname)) url.pathname += '/';
    return fetched(address, (path, sha256) =>
      fetchUrl(new URL(path, url).href, { ...downloading, ...(sha256 && { sha256 }) }),
    );
  }
  const place = resolve(address);
  const found = await stat(place).catch(() => undefined);
  if (found?.isFile() && place.endsWith('.zip')) return unpacked(place);
  if (found?.isDirectory()) return place;
  throw new ClassifierFileError(
    place,
    found ? 'it is neither a folder nor a .zip.' : 'there is no such folder.',
  );
}

/** The folder of classifiers that were downloaded or unpacked. */
export const classifiersFolder = () => join(cacheFolder(), 'classifiers');

/** Collects all files that a `classifier.json` names in one folder of the cache. */
async function fetched(address: string, fetch: Fetch): Promise<string> {
  const text = await readFile(await fetch('classifier.json'));
  const file = parseClassifierFile(text.toString(), `${address} classifier.json`);
  const folder = join(classifiersFolder(), hashOf(text));
  for (const each of storedFiles(file)) {
    if (existsSync(join(folder, each.path))) continue;
    const from = await fetch(each.path, each.sha256);
    await whole(join(folder, each.path), part => copyFile(from, part));
  }
  await whole(join(folder, 'classifier.json'), part => writeFile(part, text));
  return folder;
}

/** Unpacks a zip into the cache, in a folder that is named after the zip's hash. The zip may have one top folder around its files. */
async function unpacked(zip: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(zip)) hash.update(chunk);
  const folder = join(classifiersFolder(), hash.digest('hex'));
  if (!existsSync(folder))
    await whole(folder, async part => {
      await unpackArchive(zip, part);
    });
  for (const place of [folder, ...(await foldersIn(folder))])
    if (existsSync(join(place, 'classifier.json'))) return place;
  throw new ClassifierFileError(basename(zip), 'there is no classifier.json in it.');
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter(entry => entry.isDirectory()).map(({ name }) => join(folder, name));
}

/** Creates a file or folder under a temporary name and renames it, so that no other process sees an incomplete one. */
async function whole(path: string, make: (part: string) => Promise<void>): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await make(part);
    await rename(part, path).catch(error => {
      // Another process has created the same file or folder meanwhile.
      if (!existsSync(path)) throw error;
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}
