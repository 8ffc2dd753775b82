import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheFolder } from '../cache';
import { entryOf, type RemovableWeights, removed } from '../cached-weights';
import { withLock } from '../lock';
import { fetchUrl, urlNeeds } from '../url';
import type { CachingSource } from './weights-source';

/** The source for a file on the web, by its address. */
export const urlSource: CachingSource = {
  fetch: fetchUrl,
  needs: (address, options) => {
    const { cache = cacheFolder(options.env) } = options;
    return urlNeeds(address, { ...options, cache });
  },
  cached,
};

/** Lists the files from the web below this package's own folder. */
async function cached(cache: string): Promise<RemovableWeights[]> {
  const folder = join(cache, 'url');
  const found: RemovableWeights[] = [];
  for (const version of await readdir(folder).catch(() => [])) {
    if (!/^[0-9a-f]{64}$/.test(version)) continue;
    for (const name of await readdir(join(folder, version)).catch(() => [])) {
      if (name.endsWith('.lock')) continue;
      const path = join(folder, version, name);
      const whole = path.replace(/\.incomplete$/, '');
      const entry = await entryOf('url', basename(whole), path, path !== whole);
      if (!entry) continue;
      const remove = (signal: AbortSignal | undefined) =>
        withLock(`${whole}.lock`, signal, () => removed(path));
      found.push({ entry, remove });
    }
  }
  return found;
}
