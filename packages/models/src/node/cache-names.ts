import { mkdir, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { DownloadError } from './download-error';

/**
 * The real path of something in a cache.
 *
 * @throws DownloadError when a link on the way leads out of the folder.
 */
export async function requireInside(folder: string, path: string): Promise<string> {
  const [home, place] = await Promise.all([realpath(folder), realpath(path)]);
  if (place === home || place.startsWith(home + sep)) return place;
  throw new DownloadError(
    'cache',
    `${path} is a link to ${place}, out of the cache ${folder}. Remove the link; what it leads to was left alone.`,
  );
}

/** Makes a folder of a cache. @throws DownloadError when it would be elsewhere. */
export async function makeInside(cache: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  // A link on the way must be seen before anything is made below it.
  let [made, rest] = [cache, folder.slice(cache.length + 1)];
  for (const part of rest.split(sep)) {
    made = `${made}${sep}${part}`;
    await mkdir(made).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await requireInside(cache, made);
  }
}
