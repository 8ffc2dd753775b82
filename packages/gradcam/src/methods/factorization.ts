import type { Tensor } from '@tensorflow/tfjs-core';
import { imagesFor } from '../model/images';
import { type Explainable, partsOf, type SourceOptions } from '../model/source';
import type { Factorization } from './factors';

export interface FactorizationOptions {
  /** Number of concepts to find. Default 5. */
  readonly concepts?: number;
  /** Seed of the factorization, an integer. Default 0. */
  readonly seed?: number;
}

/**
 * Deep feature factorization: finds the concepts (parts) that a batch of images consists of, as the model sees them. It
 * does not depend on a class. It factorizes the features at all positions of all images into non-negative factors. Collins
 * et al. 2018. https://arxiv.org/abs/1806.10206
 *
 * Each channel's minimum is subtracted first and added back to the concepts, as in pytorch-grad-cam.
 *
 * @param model The model as for `explain`, prepared or not.
 * @param images The images as for `explain`. The caller keeps them.
 * @example
 * ```ts
 * const { maps, concepts } = await factorize(model, images, { concepts: 3 });
 * const [cap, stem, ground] = maps[0]; // where each concept is in the first image
 * const [{ logits }] = concepts; // what the model says of the first concept alone
 * ```
 */
export async function factorize(
  model: Explainable,
  images: Tensor,
  options: FactorizationOptions & SourceOptions = {},
): Promise<Factorization> {
  const [parts, { concepts = 5, seed = 0 }] = await partsOf(model, options);
  const seen = await imagesFor(parts, images);
  try {
    return await (await import('./factors')).factorsOf(parts, seen, concepts, seed);
  } finally {
    seen.dispose();
  }
}
