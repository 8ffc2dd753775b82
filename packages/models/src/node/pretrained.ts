import { type Backbone, type BackboneOptions, createBackbone } from '../backbone';
import { imagenetPreprocessing, type Preprocessing } from '../preprocessing';
import { findPretrained, listPretrained } from '../pretrained';
import type { Dialect } from '../weights/dialect';
import { type AnyArchitecture, findArchitecture } from '../zoo';
import { knownBySource } from './known-source';
import { openWeights } from './source';
import type { SourceOptions } from './sources/weights-source';

/**
 * Loads a frozen backbone with weights of the table `listPretrained()`. The weights are downloaded on first use.
 *
 * @param id Id of the weights, such as `resnet50.keras`, or a bare name such as `convnext_tiny` (see `findPretrained`).
 * @throws Error when there are no weights of that id. DownloadError when they cannot be downloaded.
 * @example
 * ```ts
 * const tiny = await loadPretrained('convnext_tiny.in12k_ft_in1k', { size: 224, signal });
 * const maps = tiny.model.predict(images); // [N, 7, 7, 768]
 * tiny.dispose();
 * ```
 */
export async function loadPretrained(
  id: string,
  options: BackboneOptions & SourceOptions = {},
): Promise<Backbone> {
  const { architecture, source, license, preprocessing } = findPretrained(id);
  return loadBackbone(architecture, source, { ...options, license, preprocessing });
}

/**
 * How images become the input of a network whose weights do not say it, as those in a file: as for the first known weights of its
 * architecture, or as for ImageNet, with 224 pixels, if none are known.
 *
 * @example
 * ```ts
 * console.log(usualPreprocessing('vit_base_patch16_224').mean); // [0.5, 0.5, 0.5]
 * ```
 */
export const usualPreprocessing = (architecture: string): Preprocessing =>
  listPretrained().find(each => each.architecture === architecture)?.preprocessing ??
  imagenetPreprocessing([224, 224]);

export interface OwnWeights {
  /**
   * How images become the network's input. Default: as for the known weights of the same repository or package (`knownBySource`), and
   * `usualPreprocessing` for others.
   */
  readonly preprocessing?: Preprocessing;
  /** SPDX identifier of the license. Default: that of the known weights of the same repository or package, `unknown` for others. */
  readonly license?: string;
}

/**
 * Loads a frozen backbone with any weights of its architecture.
 *
 * @param source What `openWeights` takes: a path, a URL, `hf:owner/name@revision`,
 * `npm:name@version`, or an address of a registered source.
 * @throws RangeError when there is no such architecture.
 * @throws WeightsMismatchError when the weights belong to another network.
 * @example
 * ```ts
 * const own = await loadBackbone('resnet18', './resnet18.safetensors', {
 *   includeTop: true,
 *   classes: 9,
 *   license: 'MIT',
 * });
 * console.log(own.model.outputs[0]!.shape, own.weights.sha256); // [null, 9]
 * ```
 */
export async function loadBackbone(
  architecture: AnyArchitecture,
  source: string,
  options: BackboneOptions & SourceOptions & OwnWeights = {},
): Promise<Backbone> {
  // Check the name before anything is downloaded.
  const { dialects } = findArchitecture(architecture);
  const known = knownBySource(source);
  const { license = known?.license ?? 'unknown' } = options;
  const { preprocessing = known?.preprocessing ?? usualPreprocessing(architecture) } = options;
  const { checkpoint, sha256, close } = await openWeights(imagesOnly(source, dialects), options);
  try {
    const origin = { source, license, sha256 };
    return await createBackbone(architecture, { checkpoint, origin, preprocessing }, options);
  } finally {
    await close();
  }
}

/** Files of open_clip have a text tower beside the network, which is not downloaded. */
const imagesOnly = (source: string, dialects: readonly Dialect[]): string =>
  dialects.some(({ name }) => name === 'open_clip') &&
  /^hf:[^#]+#open_clip_model\.safetensors$/.test(source)
    ? `${source}:visual.`
    : source;
