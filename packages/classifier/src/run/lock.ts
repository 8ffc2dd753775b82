import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RunBusyError } from '../errors';

/** A lock is touched this often while it is held, and belongs to nobody when it was not touched for long. */
const touchEvery = 2_000;
const abandonedAfter = 20_000;

/** Whoever writes in a run's folder. */
interface Owner {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
}

/** The right to write in a run's folder. */
export interface RunLock {
  release(): Promise<void>;
}

/**
 * Takes a run's folder for this process. A lock that a process left behind, because it was killed, is taken over: at once where
 * its process is known to be gone, after twenty seconds elsewhere.
 *
 * @throws RunBusyError when another process has the folder.
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
    utimes(path, now, now).catch(() => {}); // the next touch may work; being late is harmless
  }, touchEvery);
  touching.unref();
  return {
    release: async () => {
      clearInterval(touching);
      await removeOf(path, owner);
    },
  };
}

/** Appears whole or not at all: nobody ever reads half an owner. */
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

/** Only one of several that see it can move it away; a lock that somebody else took meanwhile is put back. */
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
