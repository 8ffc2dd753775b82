import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unfinished } from '../abandoned';
import { used } from '../cache-use';
import { type CachedWeights, entryOf, type RemovableWeights, removed } from '../cached-weights';

/**
 * Lists the packages in a folder of the cache.
 *
 * @param packageOf The name and version of a package by the name of its folder; `undefined` for other folders.
 */
export async function cachedPackages(
  folder: string,
  kind: CachedWeights['kind'],
  packageOf: (name: string) => string | undefined,
): Promise<RemovableWeights[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names
      .filter(name => !name.endsWith(used))
      .map(async (name): Promise<RemovableWeights[]> => {
        const known = packageOf(name);
        if (known === undefined) return [];
        const path = join(folder, name);
        const entry = await entryOf(kind, `${kind}:${known}`, path, name.endsWith(unfinished));
        const remove = async () => {
          if (!(await removed(path))) return false;
          return removed(`${path}${used}`);
        };
        return entry ? [{ entry, remove }] : [];
      }),
  );
  return found.flat();
}
