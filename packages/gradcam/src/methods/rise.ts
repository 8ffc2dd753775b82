import { atLeastOne, atLeastZero, type Method } from './method';

export interface RiseOptions {
  /** Number of random masks. The model runs once per mask. Default 500; the paper uses thousands. */
  readonly masks?: number;
  /** Number of cells of a mask along each side. Default 7. */
  readonly cells?: number;
  /** Probability that a cell is kept. Default 0.5. */
  readonly keep?: number;
  /** Seed of the masks, an integer. Default 0. Every image of a batch gets the same masks. */
  readonly seed?: number;
}

/**
 * RISE: the mean of random masks, each weighted by the score of the image seen through it. Petsiuk et
 * al. 2018. https://arxiv.org/abs/1806.07421
 *
 * The mean score over all masks is subtracted first, so that a small number of masks leaves no pattern in the map. For the paper's
 * scores, use a probability as the target.
 *
 * @example
 * ```ts
 * // As in the paper: thousands of masks, and a probability.
 * const method = rise({ masks: 4000, seed: 1 });
 * const [{ map }] = await explain(model, images, { method, target: probability, signal });
 * ```
 */
export function rise(options: RiseOptions = {}): Method {
  const { masks = 500, cells = 7, keep = 0.5, seed = 0 } = options;
  atLeastOne(masks, 'masks');
  atLeastOne(cells, 'cells');
  atLeastZero(keep, 'keep', 1);
  return {
    needsGradient: false,
    map: async evidence =>
      (await import('./rise-map')).seenThroughMasks(evidence, { masks, cells, keep, seed }),
  };
}
