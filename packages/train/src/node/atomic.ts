import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

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
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
