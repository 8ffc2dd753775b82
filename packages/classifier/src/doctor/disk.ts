import { randomUUID } from 'node:crypto';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '@shroom/models/node';
import { listCache } from '../cache';
import type { Check } from './check';

/** Bytes that the weights and features of a usual run take. */
const forRun = 1e9;

/** Whether the cache and the current folder can be written, and how much is free there. */
export async function checkDisk(): Promise<Check[]> {
  // A file in the place of the folder cannot be listed. `checkFolder` says so.
  const entries = await listCache().catch(() => []);
  const used = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const folder = cacheFolder();
  const [cache, here] = [
    await checkFolder('cache', folder, 'SHROOM_CACHE names another folder.'),
    await checkFolder('this folder', process.cwd(), '--out names another folder for a run.'),
  ];
  const count = entries.length === 1 ? '1 entry' : `${entries.length} entries`;
  const isFull = cache.standing === 'limited' && used > 0;
  return [
    {
      ...{ ...cache, found: `${cache.found}; ${count}, ${inGigabytes(used)}` },
      ...(isFull && { command: 'npx @shroom/classifier cache --prune --unused-for 30d' }),
    },
    here,
  ];
}

/** @param elsewhere How to use another folder. */
export async function checkFolder(name: string, folder: string, elsewhere: string): Promise<Check> {
  const about = { part: 'disk', name } as const;
  try {
    await mkdir(folder, { recursive: true });
    const probe = join(folder, `.shroom-${randomUUID()}`);
    await writeFile(probe, '').finally(() => rm(probe, { force: true }));
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const found = `${folder}, ${inGigabytes(free)} free`;
    if (free >= forRun) return { ...about, standing: 'good', found };
    const advice = `A run and its weights take about ${inGigabytes(forRun)}: make room. ${elsewhere}`;
    return { ...about, standing: 'limited', found, advice };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const found = `${folder} cannot be written (${code ?? message})`;
    return { ...about, standing: 'bad', found, advice: elsewhere };
  }
}

const inGigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
