import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RunBusyError } from '../errors';

/** Interval in milliseconds at which a held lock file is touched. A lock that was not touched for `abandonedAfter` is abandoned. */
const touchEvery = 2_000;
const abandonedAfter = 20_000;

/** The process that holds the lock of a run's folder. */
interface Owner {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
}

/** The exclusive right to write to a run's folder. */
export interface RunLock {
  release(): Promise<void>;
}

/**
 * Locks a run's folder for this process. The lock of a killed process is taken over: at once if the process is known to be gone, otherwise
 * after twenty seconds.
 *
 * @throws RunBusyError when another process holds the lock.
 */
export async function lockRun(folder: string): Promise<RunLock> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, '.lock');
  const owner: Owner = { id: randomUUID(), pid: process.pid, host: hostname() };
  for (let attempt = 0; ; attempt++) {
    if (await take(path, owner)) break;
    const other = await ownerOf(path);
    if (!other) continue;
    if (attempt > 5 || !(await isAbandoned(path, other)))
      throw new RunBusyError(folder, `process ${other.pid} on ${other.host}`);
    await removeOf(path, other);
  }
  const touching = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {}); // a failed touch is harmless: the next one may succeed
  }, touchEvery);
  touching.unref();
  return {
    release: async () => {
      clearInterval(touching);
      await removeOf(path, owner);
    },
  };
}

/** Creates the lock file atomically, so that no process reads an incomplete one. Returns false if a lock exists. */
async function take(path: string, owner: Owner): Promise<boolean> {
  const own = `${path}.${owner.id}`;
  await writeFile(own, JSON.stringify(owner));
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

async function ownerOf(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { id: '', pid: 0, host: 'another machine' };
  }
}

async function isAbandoned(path: string, { pid, host }: Owner): Promise<boolean> {
  if (host === hostname() && pid !== process.pid && !isAlive(pid)) return true;
  const found = await stat(path).catch(() => undefined);
  return !found || Date.now() - found.mtimeMs > abandonedAfter;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes the lock of an owner. If several processes try, only one succeeds in moving the file. A lock of another owner is put back. */
async function removeOf(path: string, owner: Owner): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const moved = await ownerOf(aside);
  if (moved && moved.id !== owner.id) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}
