import { mkdir, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { DownloadError } from './download-error';

/**
 * Whether a name with `/` between its parts stays below the folder that it is joined to, on every system and also once it was
 * decoded as an address is.
 */
export function staysBelow(name: string): boolean {
  let decoded = name;
  // Twice encoded names are decoded twice by some servers.
  for (let round = 0; round < 3; round++) {
    if (!isPlain(decoded)) return false;
    try {
      decoded = decodeURIComponent(decoded);
    } catch {
      return true;
    }
  }
  return isPlain(decoded);
}

/** Neither absolute, nor with a drive, a stream, a way up, or letters that end a name. */
function isPlain(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no name may hold
  if (name.length === 0 || name.length > 1000 || /[\0-\x1f\x7f\\:]/.test(name)) return false;
  return name
    .split('/')
    .every(
      part =>
        part !== '' &&
        Buffer.byteLength(part) <= 255 &&
        !/^\.+\s*$/.test(part) &&
        part.trim() === part,
    );
}

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
  // A link on the way must be seen before anything is made behind it.
  let [made, rest] = [cache, folder.slice(cache.length + 1)];
  for (const part of rest.split(sep)) {
    made = `${made}${sep}${part}`;
    await mkdir(made).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await requireInside(cache, made);
  }
}
