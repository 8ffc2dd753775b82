import type { Tensor } from '@tensorflow/tfjs-core';
import type { Explainable } from '../model/source';
import type { TrustOptions, Verdict } from './verdict';

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
