import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import type { Checkpoint } from '../weights/checkpoint';
import { readTfjsWeights } from '../weights/tfjs';
import {
  bytesOf,
  parseTfjsModel,
  type TfjsModelJson,
  TfjsWeightsError,
} from '../weights/tfjs-manifest';

/**
 * Reads the weights of a tfjs layers-model from the disk.
 *
 * @param path Path of its `model.json`; the files that it names are in the same folder.
 * @returns The checkpoint, and the SHA-256 of all weights concatenated.
 * @throws TfjsWeightsError or ElementTypeError, with the name of the file, when the weights are incomplete or not float32.
 */
export async function readTfjsFiles(
  path: string,
): Promise<{ checkpoint: Checkpoint; sha256: string }> {
  const options = { source: path };
  const json = parseTfjsModel(await textOf(path), options);
  const bytes = await readShards(path, json);
  const sha256 = createHash('sha256').update(new Uint8Array(bytes)).digest('hex');
  return { checkpoint: readTfjsWeights(json, bytes, options), sha256 };
}

/** The argument of `io.fromMemory`, for `loadLayersModel` and `loadGraphModel`. */
export interface TfjsModelFiles
  extends Pick<io.ModelArtifacts, 'format' | 'signature' | 'userDefinedMetadata'> {
  readonly modelTopology: object;
  readonly weightSpecs: io.WeightsManifestEntry[];
  /** All weights, concatenated. */
  readonly weightData: ArrayBuffer;
}

/**
 * Reads a whole tfjs model from the disk, a layers-model or a graph-model, as TensorFlow.js and its converter write it.
 *
 * Weights are read only from files in the folder of the `model.json`, and only if the files have exactly the length that the manifest
 * states. This is checked before memory is allocated.
 *
 * @throws TfjsWeightsError with the name of the file, when it is not a tfjs model, or when its weights are missing, cut short or too long.
 * @example
 * ```ts
 * import { io } from '@tensorflow/tfjs-core';
 * import { loadLayersModel } from '@tensorflow/tfjs-layers';
 *
 * const model = await loadLayersModel(io.fromMemory(await readTfjsModel('model/model.json')));
 * ```
 */
export async function readTfjsModel(path: string): Promise<TfjsModelFiles> {
  const text = await textOf(path);
  const json = parseTfjsModel(text, { source: path }) as TfjsModelJson & Partial<io.ModelJSON>;
  const { modelTopology, format, signature, userDefinedMetadata } = json;
  if (modelTopology === null || typeof modelTopology !== 'object' || Array.isArray(modelTopology)) {
    throw new TfjsWeightsError(`${path} is not a model.json of tfjs: it has no modelTopology.`, {
      source: path,
    });
  }
  const weightData = await readShards(path, json);
  const entries = json.weightsManifest.flatMap(group => group.weights);
  const weightSpecs = entries as readonly object[] as io.WeightsManifestEntry[];
  return {
    modelTopology,
    weightSpecs,
    weightData,
    ...(format && { format }),
    ...(signature && { signature }),
    ...(userDefinedMetadata && { userDefinedMetadata }),
  };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EISDIR') throw error;
    throw new TfjsWeightsError(`${path}: there is no such model.json (${message}).`, {
      source: path,
      cause: error,
    });
  }
}

/** Reads all files into one buffer, one after another, without a second copy. */
async function readShards(path: string, { weightsManifest }: TfjsModelJson): Promise<ArrayBuffer> {
  const fail = (why: string, cause?: unknown): never => {
    throw new TfjsWeightsError(`${path}: ${why}`, { source: path, cause });
  };
  const files: { readonly name: string; readonly size: number }[] = [];
  for (const group of weightsManifest) {
    const sized = await Promise.all(
      group.paths.map(async name => ({
        name,
        size: await sizeOf(join(dirname(path), name), fail),
      })),
    );
    const found = sized.reduce((total, { size }) => total + size, 0);
    const stated = bytesOf(group);
    if (stated !== undefined && found !== stated) {
      fail(
        `${group.paths.join(', ') || 'no file'} should have ${stated} bytes for ${group.weights.length} tensors, but ${found} were found. ` +
          'The weights are cut short, or of another model.',
      );
    }
    files.push(...sized);
  }
  const bytes = new ArrayBuffer(files.reduce((total, { size }) => total + size, 0));
  let offset = 0;
  for (const { name, size } of files) {
    const file = await open(join(dirname(path), name));
    try {
      const { bytesRead } = await file.read(new Uint8Array(bytes, offset, size), 0, size, 0);
      if (bytesRead !== size)
        fail(`${name} should have ${size} bytes, ${bytesRead} could be read.`);
    } finally {
      await file.close();
    }
    offset += size;
  }
  requireTexts(weightsManifest, new DataView(bytes), fail);
  return bytes;
}

async function sizeOf(file: string, fail: (why: string, cause?: unknown) => never) {
  try {
    const found = await stat(file);
    if (found.isFile()) return found.size;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ELOOP') throw error;
  }
  return fail(`it names the weights ${file}, which are not beside it.`);
}

/** Checks groups that contain texts. Each text is preceded by its length, and the texts must end where the files end. */
function requireTexts(
  groups: TfjsModelJson['weightsManifest'],
  view: DataView,
  fail: (why: string) => never,
): void {
  if (groups.every(group => bytesOf(group) !== undefined)) return;
  let offset = 0;
  for (const entry of groups.flatMap(({ weights }) => weights)) {
    const whole = bytesOf({ paths: [], weights: [entry] });
    if (whole !== undefined) {
      offset += whole;
      continue;
    }
    const count = entry.shape.reduce((all, side) => all * side, 1);
    for (let text = 0; text < count; text++) {
      if (offset + 4 > view.byteLength) fail(`'${entry.name}' is cut short.`);
      offset += 4 + view.getUint32(offset, true);
    }
  }
  if (offset !== view.byteLength)
    fail(`the weights should end at byte ${offset}, and end at ${view.byteLength}.`);
}
