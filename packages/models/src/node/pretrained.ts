import { type Backbone, type BackboneOptions, createBackbone } from '../backbone';
import { imagenetPreprocessing, type Preprocessing } from '../preprocessing';
import { findPretrained } from '../pretrained';
import { type AnyArchitecture, findArchitecture } from '../zoo';
import { openWeights } from './source';
import type { SourceOptions } from './sources/weights-source';

/**
 * A backbone with weights of the table `listPretrained()`, frozen. They are downloaded on first use.
 *
 * @param id Such as `resnet50.keras` or `convnext_tiny.in12k_ft_in1k`.
 * @throws Error when there are no such weights. DownloadError when they cannot be fetched.
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

export interface OwnWeights {
  /** How images become the input. Default: ImageNet's mean and standard deviation, 224 pixels. */
  readonly preprocessing?: Preprocessing;
  /** SPDX identifier. Default `unknown`. */
  readonly license?: string;
}

/**
 * A backbone with any weights of its architecture, frozen.
 *
 * @param source What `openWeights` takes: a path, a URL, `hf:owner/name@revision`, `npm:name@version`, or of a source of your own.
 * @throws RangeError when there is no such architecture.
 * @throws WeightsMismatchError when they are of another network.
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
  // Before anything is downloaded.
  findArchitecture(architecture);
  const { preprocessing = imagenetPreprocessing([224, 224]), license = 'unknown' } = options;
  const { checkpoint, sha256, close } = await openWeights(source, options);
  try {
    const origin = { source, license, sha256 };
    return await createBackbone(architecture, { checkpoint, origin, preprocessing }, options);
  } finally {
    await close();
  }
}
