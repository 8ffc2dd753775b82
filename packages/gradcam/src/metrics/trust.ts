import type { Tensor } from '@tensorflow/tfjs-core';
import type { Explainable } from '../model/source';
import type { TrustOptions, Verdict } from './verdict';

/**
 * Explains images and judges each heat map by checks: is it better than random maps and than a blob in the center, is it stable when the
 * image hardly changes, and does it depend on what the network has learned?
 *
 * ROAD measures what is explained: `target`, or its default.
 *
 * Each image and class takes about 120 forward passes in addition to those of the method.
 *
 * @param images `[N, H, W, 3]`, preprocessed. The caller keeps them.
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
