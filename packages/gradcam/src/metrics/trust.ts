import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ExplainOptions, Explanation } from '../explain';
import type { Explainable } from '../model/source';

export interface TrustOptions extends ExplainOptions {
  /** The model that is explained. With it the map is also made after its weights were lost; it is changed in the meantime. */
  readonly model?: LayersModel;
  /** Largest change of the map, as a share of its size, that still counts as stable. Default 0.5. */
  readonly stable?: number;
  /** Largest rank correlation with the map of a model that has learned nothing. Default 0.7. */
  readonly similar?: number;
  /** An integer. Default 0. */
  readonly seed?: number;
}

/** What was measured of a map; larger is better for `road`, smaller for the others. */
export interface Measured {
  /** ROAD combined of the map, and the best of three random ones, and of a blob in the center. */
  readonly road: { readonly own: number; readonly random: number; readonly center: number };
  /** Largest change of the map when the image changes by 2 %. */
  readonly sensitivity: number;
  /** Rank correlation with the map of the same network with random weights; absent without `model`. */
  readonly similarity?: number;
}

export interface Verdict {
  readonly explanation: Explanation;
  /** Whether every check that was made was passed. */
  readonly trusted: boolean;
  /** Why, in sentences; of a trusted map too. */
  readonly reasons: readonly string[];
  readonly measured: Measured;
}

/**
 * Heat maps with a verdict each: is the map better than chance and than a blob in the center, does it hold still when the image
 * hardly changes, and does it depend on what the network has learned?
 *
 * ROAD watches what is explained: `target`, or its default.
 *
 * Costs about 120 passes of the model for an image and a class, besides what the method costs.
 *
 * @param images `[N, H, W, 3]`, preprocessed; the caller's.
 * @example
 * ```ts
 * const [{ explanation, trusted, reasons }] = await trust(model, images, { model });
 * if (!trusted) console.warn(`Do not believe the map of class ${explanation.classIndex}:`, ...reasons);
 * ```
 */
export async function trust(
  explained: Explainable,
  images: Tensor,
  options: TrustOptions = {},
): Promise<Verdict[]> {
  return (await import('./verdict')).trust(explained, images, options);
}
