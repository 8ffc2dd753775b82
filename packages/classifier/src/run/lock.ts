import { randomUUID } from 'node:crypto';
import {
  constants,
  copyFile,
  link,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { RunBusyError } from '../errors';
import { ofTheDisk } from './disk';

/**
 * Interval in milliseconds at which a held lock file is touched. A lock that was not touched for `abandonedAfter` is abandoned. If a process
 * with the number of its owner runs here, that process may be busy or stopped, and the lock is abandoned only after `abandonedAfterAll`.
 */
const touchEvery = 2_000;
const abandonedAfter = 20_000;
const abandonedAfterAll = 600_000;

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
 * Locks a run's folder during some work.
 *
 * @throws RunBusyError when another process holds the lock. RunFolderError when the disk does not allow the work.
 */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    const lock = await lockRun(folder);
    try {
      return await work();
    } finally {
      await lock.release();
    }
  } catch (error) {
    throw ofTheDisk(folder, error);
  }
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
    touch(path).catch(() => {}); // a failed touch is harmless: the next one may succeed
  }, touchEvery);
  touching.unref();
  return {
    release: async () => {
      clearInterval(touching);
      await removeOf(path, owner);
    },
  };
}

/** Creates the lock file. Returns false if a lock exists. */
async function take(path: string, owner: Owner): Promise<boolean> {
  const own = `${path}.${owner.id}`;
  await writeFile(own, JSON.stringify(owner));
  try {
    return await putAs(own, path);
  } finally {
    await rm(own, { force: true });
  }
}

/** Errors of disks that have no hard links, such as USB sticks and network drives. */
const withoutLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/**
 * Gives a file a second name. With a hard link, no process reads an incomplete file; where there are none, the file is copied.
 *
 * @param system Replaced in tests.
 * @returns False if the second name exists.
 */
export async function putAs(file: string, name: string, system = { link }): Promise<boolean> {
  const isTaken = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return false;
    throw error;
  };
  try {
    await system.link(file, name);
    return true;
  } catch (error) {
    if (!withoutLinks.includes((error as NodeJS.ErrnoException).code ?? ''))
      return isTaken(error as NodeJS.ErrnoException);
    return copyFile(file, name, constants.COPYFILE_EXCL).then(() => true, isTaken);
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

/** The process that holds the lock of a folder, in words. Undefined if there is no lock, or if its owner has abandoned it. */
export async function holderOf(folder: string): Promise<string | undefined> {
  const path = join(folder, '.lock');
  const owner = await ownerOf(path);
  if (!owner || (await isAbandoned(path, owner))) return undefined;
  return `process ${owner.pid} on ${owner.host}`;
}

async function isAbandoned(path: string, { pid, host }: Owner): Promise<boolean> {
  const isHere = host === hostname() && pid !== process.pid;
  if (isHere && !isAlive(pid)) return true;
  const found = await stat(path).catch(() => undefined);
  if (!found) return true;
  // A time to come is one of a clock that was set back since.
  const age = Math.abs((await timeOf(path)) - found.mtimeMs);
  return age > (isHere ? abandonedAfterAll : abandonedAfter);
}

/**
 * Renews the time of a lock by writing the byte that it begins with. On a network drive, it then has the time of the server, so that the
 * clocks of the machines may differ.
 */
async function touch(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write('{', 0);
  } finally {
    await file.close();
  }
}

/** What time it is where a lock is stored, in milliseconds: that of a new file beside it, or of this machine if none can be written. */
async function timeOf(path: string): Promise<number> {
  const probe = `${path}.${randomUUID()}`;
  try {
    await writeFile(probe, '');
    return (await stat(probe)).mtimeMs;
  } catch {
    return Date.now();
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }
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
  if (moved && moved.id !== owner.id) await putAs(aside, path).catch(() => {});
  await rm(aside, { force: true });
}
