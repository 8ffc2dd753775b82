import { atLeastOne, type Method } from './method';

export interface OcclusionOptions {
  /** Number of positions along each side of the map. The model runs once per position. Default 8. */
  readonly places?: number;
  /** Value that replaces the covered pixels, in the model's units. Default 0. */
  readonly fill?: number;
}

/**
 * Occlusion: how much the score drops when a square of the image is covered. Zeiler & Fergus 2013. https://arxiv.org/abs/1311.2901
 *
 * @example
 * ```ts
 * const method = occlusion({ places: 14, fill: 0 }); // 196 passes an image
 * const [{ map }] = await explain(model, images, { method, batch: 32, signal });
 * ```
 */
export function occlusion(options: OcclusionOptions = {}): Method {
  const { places = 8, fill = 0 } = options;
  atLeastOne(places, 'places');
  return {
    needsGradient: false,
    map: async evidence => (await import('./occlusion-map')).occluded(evidence, places, fill),
  };
}
