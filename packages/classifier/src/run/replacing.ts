import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The folder in which the run that will replace another one is trained. */
export const newOf = (folder: string): string => `${folder}.new`;

/** Where the files of the old run go, and the name of this folder after all of them are there. */
const asideOf = (folder: string) =>
  [join(folder, '.replacing'), join(folder, '.replaced')] as const;

/** Whether a replacement was interrupted: some files of the run are those of the old run, some those of the new one. */
export const isReplacing = (folder: string): boolean => asideOf(folder).some(existsSync);

/**
 * Replaces a run by the complete new one beside it. The lock file of the folder stays in place. After an interruption, a second call
 * continues.
 */
export async function replaceRun(folder: string): Promise<void> {
  const [replacing, replaced] = asideOf(folder);
  const fresh = newOf(folder);
  if (!existsSync(replaced)) {
    await mkdir(replacing, { recursive: true });
    await moveAll(folder, replacing);
    await rename(replacing, replaced);
  }
  if (existsSync(fresh)) await moveAll(fresh, folder);
  await rm(fresh, { recursive: true, force: true });
  await rm(replaced, { recursive: true, force: true });
}

/** Completes a replacement that was interrupted. If the new run is no longer there, the old one is restored. */
export async function finishReplacing(folder: string): Promise<void> {
  if (!isReplacing(folder)) return;
  const [replacing] = asideOf(folder);
  if (existsSync(replacing) && !existsSync(join(newOf(folder), 'run.json'))) {
    await moveAll(replacing, folder);
    await rm(replacing, { recursive: true });
  } else await replaceRun(folder);
}

/** Moves everything in a folder into another one, except the lock and the folders of the replacement. */
async function moveAll(from: string, to: string): Promise<void> {
  for (const name of await readdir(from))
    if (!/^\.(lock|replac)/.test(name)) await rename(join(from, name), join(to, name));
}
