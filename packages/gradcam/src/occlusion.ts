import { atLeastOne, atLeastZero, type Method } from './method';

export interface OcclusionOptions {
  /** Places of the map along each side. Default 8; a pass of the model for each place. */
  readonly places?: number;
  /** What is put over a place, in the model's units. Default 0. */
  readonly fill?: number;
}

/** How much of the score is lost when a square of the image is covered. Zeiler & Fergus 2013. https://arxiv.org/abs/1311.2901 */
export function occlusion(options: OcclusionOptions = {}): Method {
  const { places = 8, fill = 0 } = options;
  atLeastOne(places, 'places');
  return {
    needsGradient: false,
    map: async evidence => (await import('./occlusion-map')).occluded(evidence, places, fill),
  };
}

export interface RiseOptions {
  /** Random masks, a pass of the model for each. Default 500; the paper has thousands. */
  readonly masks?: number;
  /** Cells of a mask along each side. Default 7. */
  readonly cells?: number;
  /** Probability that a cell is kept. Default 0.5. */
  readonly keep?: number;
  /** An integer. Default 0; every image of a batch gets the same masks. */
  readonly seed?: number;
}

/**
 * RISE: the mean of random masks, each weighed by the score of the image seen through it. Petsiuk et al. 2018.
 * https://arxiv.org/abs/1806.07421
 *
 * Scores are taken relative to their mean over the masks, so that few masks show no grain of their own; use a probability as
 * the target for the paper's.
 */
export function rise(options: RiseOptions = {}): Method {
  const { masks = 500, cells = 7, keep = 0.5, seed = 0 } = options;
  atLeastOne(masks, 'masks');
  atLeastOne(cells, 'cells');
  atLeastZero(keep, 'keep', 1);
  return {
    needsGradient: false,
    map: async evidence =>
      (await import('./occlusion-map')).seenThroughMasks(evidence, { masks, cells, keep, seed }),
  };
}
