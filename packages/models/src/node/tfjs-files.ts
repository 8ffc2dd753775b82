import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Checkpoint } from '../weights/checkpoint';
import { parseTfjsModel, readTfjsWeights, TfjsWeightsError } from '../weights/tfjs';

/**
 * The weights of a tfjs layers-model on disk.
 *
 * @param path Of its `model.json`; the files that it names are beside it.
 * @returns Also the sha256 of all weights one after the other.
 * @throws TfjsWeightsError or ElementTypeError, naming the file, when they are not whole or not float32.
 */
export async function readTfjsFiles(
  path: string,
): Promise<{ checkpoint: Checkpoint; sha256: string }> {
  const options = { source: path };
  const json = parseTfjsModel(await readFile(path, 'utf8'), options);
  const paths = json.weightsManifest.flatMap(group => group.paths);
  const bytes = await readConcatenated(paths.map(each => join(dirname(path), each)));
  const sha256 = createHash('sha256').update(new Uint8Array(bytes)).digest('hex');
  return { checkpoint: readTfjsWeights(json, bytes, options), sha256 };
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
        throw new TfjsWeightsError(
          `${path} should have ${size} bytes, ${bytesRead} could be read.`,
          { source: path },
        );
    } finally {
      await file.close();
    }
    offset += size;
  }
  return bytes;
}
