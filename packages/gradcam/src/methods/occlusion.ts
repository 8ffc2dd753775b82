import { atLeastOne, type Method } from './method';

export interface OcclusionOptions {
  /** Number of positions along each side of the map. The model runs once per position. Default 8. */
  readonly places?: number;
  /**
   * Side of the square in pixels, or `[height, width]`. With it, squares may overlap, and the map has the size of the image: each pixel has
   * the mean of the squares that cover it. Squares at the lower and right edge may be smaller.
   */
  readonly window?: number | readonly [number, number];
  /** Pixels from one square to the next, or `[down, right]`, if `window` is given. Default: half of it, rounded up. */
  readonly stride?: number | readonly [number, number];
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
 * const fine = occlusion({ window: 32, stride: 8 }); // squares that overlap, as in captum
 * ```
 */
export function occlusion(options: OcclusionOptions = {}): Method {
  const { places = 8, fill = 0, window, stride } = options;
  atLeastOne(places, 'places');
  if (window === undefined) {
    if (stride !== undefined) throw new RangeError('stride needs a window beside it.');
    return {
      needsGradient: false,
      map: async evidence => (await import('./occlusion-map')).occluded(evidence, places, fill),
    };
  }
  const sides = pair(window, 'window');
  const steps =
    stride === undefined ? sides.map(side => Math.ceil(side / 2)) : pair(stride, 'stride');
  return {
    needsGradient: false,
    map: async evidence =>
      (await import('./sliding-window')).windowed(evidence, { sides, steps, fill }),
  };
}

function pair(value: number | readonly [number, number], option: string): readonly number[] {
  const both = typeof value === 'number' ? [value, value] : value;
  for (const each of both) atLeastOne(each, option);
  return both;
}
