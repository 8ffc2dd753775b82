import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Checkpoint } from '../weights/checkpoint';
import { readTfjsWeights, type TfjsModelJson } from '../weights/tfjs';

/**
 * The weights of a tfjs layers-model on disk.
 *
 * @param path Of its `model.json`; the files that it names are beside it.
 * @returns Also the sha256 of all weights one after the other.
 */
export async function readTfjsFiles(
  path: string,
): Promise<{ checkpoint: Checkpoint; sha256: string }> {
  const json: TfjsModelJson = JSON.parse(await readFile(path, 'utf8'));
  const paths = json.weightsManifest.flatMap(group => group.paths);
  const bytes = await readConcatenated(paths.map(each => join(dirname(path), each)));
  const sha256 = createHash('sha256').update(new Uint8Array(bytes)).digest('hex');
  return { checkpoint: readTfjsWeights(json, bytes), sha256 };
}

/** Several files one after the other in one buffer, read without a second copy. */
async function readConcatenated(paths: readonly string[]): Promise<ArrayBuffer> {
  const sizes = await Promise.all(paths.map(async path => (await stat(path)).size));
  const bytes = new ArrayBuffer(sizes.reduce((total, size) => total + size, 0));
  let offset = 0;
  for (const [index, path] of paths.entries()) {
    const size = sizes[index]!;
    const file = await open(path);
    try {
      const { bytesRead } = await file.read(new Uint8Array(bytes, offset, size), 0, size, 0);
      if (bytesRead !== size)
        throw new Error(`'${path}' should have ${size} bytes, ${bytesRead} could be read.`);
    } finally {
      await file.close();
    }
    offset += size;
  }
  return bytes;
}
