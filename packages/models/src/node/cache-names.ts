import { mkdir, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { DownloadError } from './download-error';

/**
 * Returns the real path of a file or folder in a cache.
 *
 * @throws DownloadError when a link on the path leads out of the folder.
 */
export async function requireInside(folder: string, path: string): Promise<string> {
  const [home, place] = await Promise.all([realpath(folder), realpath(path)]);
  if (place === home || place.startsWith(home + sep)) return place;
  throw new DownloadError(
    'cache',
    `${path} is a link to ${place}, which is outside the cache ${folder}. Remove the link; its target was not changed.`,
  );
}

/** Creates a folder in a cache. @throws DownloadError when a link would put it elsewhere. */
export async function makeInside(cache: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  // Each folder on the path is checked for links before anything is created below it.
  let [made, rest] = [cache, folder.slice(cache.length + 1)];
  for (const part of rest.split(sep)) {
    made = `${made}${sep}${part}`;
    await mkdir(made).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await requireInside(cache, made);
  }
}
