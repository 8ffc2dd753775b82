import type { Tensor } from '@tensorflow/tfjs-core';
import { imagesFor } from '../model/images';
import { type Explainable, partsOf, type SourceOptions } from '../model/source';
import type { Factorization } from './factors';

export interface FactorizationOptions {
  /** Parts to look for. Default 5. */
  readonly concepts?: number;
  /** An integer. Default 0. */
  readonly seed?: number;
}

/**
 * Deep feature factorization: the parts that a batch of images is made of, as the model sees them. It does not depend on a
 * class. Non-negative factors of the features over all places of all images. Collins et al. 2018.
 * https://arxiv.org/abs/1806.10206
 *
 * Each channel's minimum is taken off first and added to the concepts again, as pytorch-grad-cam does.
 *
 * @param model As for `explain`, or prepared.
 * @param images As for `explain`; the caller's.
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
