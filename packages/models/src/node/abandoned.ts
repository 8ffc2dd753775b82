import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Ending of the names of folders in the cache that are not finished. */
export const unfinished = '.part';

/** Removes unfinished downloads that are more than a day old, left behind by killed processes. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(unfinished)) continue;
    const path = join(folder, name);
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > 24 * 3600 * 1000) await rm(path, { recursive: true, force: true });
  }
}
