import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds between touches of a held lock. A lock that has not been touched for long is taken away from its process. */
const touchEvery = 2_000;
const abandonedAfter = 20_000;
const askEvery = 100;

/** Runs an action while no other process runs one with the same lock file. */
export async function withLock<Result>(
  path: string,
  signal: AbortSignal | undefined,
  action: () => Promise<Result>,
): Promise<Result> {
  await mkdir(dirname(path), { recursive: true });
  while (!(await take(path))) {
    await removeAbandoned(path);
    await wait(askEvery, undefined, { signal });
  }
  const touching = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {}); // The next touch may work, and a late touch does no harm.
  }, touchEvery);
  touching.unref();
  try {
    return await action();
  } finally {
    clearInterval(touching);
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(`${process.pid}\n`);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeAbandoned(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found || Date.now() - found.mtimeMs < abandonedAfter) return;
  // Several processes may see the stale lock, but only one of them can rename it.
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => {});
  await rm(aside, { force: true });
}
