import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Writes a file under a temporary name and then renames it, so that no reader ever sees an incomplete file. Missing folders
 * are created.
 *
 * @example
 * ```ts
 * await writeAtomically('runs/a/metrics.json', JSON.stringify({ accuracy: 0.93 }));
 * ```
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(part, content);
    await replaceFile(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Faults of a rename on Windows while another program, such as a virus scanner, has the old file open. */
const passing = ['EPERM', 'EACCES', 'EBUSY'];
/** Milliseconds before each new attempt. */
const pauses = [10, 30, 100, 300, 1000];

/**
 * Renames a file, and replaces the one that has the name. Windows refuses this while another program has the old file open; then it is
 * tried again for one and a half seconds.
 */
export async function replaceFile(
  from: string,
  to: string,
  system: { readonly platform: string; readonly rename: typeof rename } = {
    platform: process.platform,
    rename,
  },
): Promise<void> {
  for (const pause of system.platform === 'win32' ? pauses : []) {
    try {
      return await system.rename(from, to);
    } catch (error) {
      if (!passing.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await wait(pause);
    }
  }
  await system.rename(from, to);
}
