import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/**
 * Makes a folder once for all test files of a run, which only read it. The first to ask makes it, and the others wait.
 *
 * @returns The folder.
 */
export async function madeOnce(
  name: string,
  make: (folder: string) => Promise<unknown>,
): Promise<string> {
  const folder = join(process.env.SHROOM_TEST_FOLDER!, name);
  const outcome = `${folder}.outcome`;
  const isFirst = await mkdir(folder).then(
    () => true,
    () => false,
  );
  if (isFirst) {
    const problem = await make(folder).then(() => '', String);
    await writeFile(`${outcome}.part`, problem);
    await rename(`${outcome}.part`, outcome);
  }
  while (!existsSync(outcome)) await setTimeout(100);
  const problem = await readFile(outcome, 'utf8');
  if (problem) throw new Error(problem);
  return folder;
}
