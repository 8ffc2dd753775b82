import type { HeatMap } from '../explain';
import { resizeMap } from '../pictures/picture';
import type { Metric } from './metric';
import type { Mask } from './subject';

/**
 * Pointing game: 1 if the hottest position of the map is in the mask, else 0. If several positions are equally hot, the share of them in
 * the mask. Zhang et al. 2016. https://arxiv.org/abs/1608.00507
 *
 * A map of another size than the mask is resized to the mask's size, as for the other metrics with masks. A
 * map without positive values is never a hit.
 *
 * @param tolerance How many pixels outside the mask still count. Default 0; the benchmarks of the paper use 15.
 * @example
 * ```ts
 * const [{ map }] = await explain(model, images);
 * const hit = pointingGame(map, mask, 15) === 1;
 * ```
 */
export function pointingGame(map: HeatMap, mask: Mask, tolerance = 0): number {
  const { values } = at(map, mask);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  if (!(most > 0)) return 0;
  let [hits, hottest] = [0, 0];
  values.forEach((value, place) => {
    if (value !== most) return;
    hottest++;
    if (isNear(place, mask, tolerance)) hits++;
  });
  return hits / hottest;
}

/**
 * Energy in the mask: the share of the map's sum that is in the mask, 0 to 1; 0 for a map without positive values. Wang et
 * al. 2020. https://arxiv.org/abs/1910.01279
 *
 * @example
 * ```ts
 * const map = { values: Float32Array.of(0, 1, 3, 0), height: 1, width: 4 };
 * energyInMask(map, { values: [0, 0, 1, 1], height: 1, width: 4 }); // 0.75
 * ```
 */
export function energyInMask(map: HeatMap, mask: Mask): number {
  let [inside, total] = [0, 0];
  at(map, mask).values.forEach((value, place) => {
    const heat = Math.max(0, value);
    total += heat;
    if (mask.values[place]! > 0) inside += heat;
  });
  return total > 0 ? inside / total : 0;
}

/**
 * Intersection over union, 0 to 1, of the mask and the positions that are hotter than a share of the maximum.
 *
 * @param threshold Share of the maximum, 0 to 1. Default 0.5.
 * @throws RangeError when the mask is empty.
 * @example
 * ```ts
 * const map = { values: Float32Array.of(0, 1, 3, 0), height: 1, width: 4 };
 * intersectionOverUnion(map, { values: [0, 0, 1, 1], height: 1, width: 4 }); // 0.5: one place is hot, two are in the mask
 * ```
 */
export function intersectionOverUnion(map: HeatMap, mask: Mask, threshold = 0.5): number {
  checkInside(mask);
  const { values } = at(map, mask);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  let [both, either] = [0, 0];
  values.forEach((value, place) => {
    const hot = most > 0 && value > threshold * most;
    const inside = mask.values[place]! > 0;
    if (hot && inside) both++;
    if (hot || inside) either++;
  });
  return both / either;
}

/**
 * Relevance rank accuracy, 0 to 1. Of the k hottest positions, where k is the number of positions in the mask, the share that is in the
 * mask. Arras et al. 2022. https://arxiv.org/abs/2003.07258
 *
 * Positions with equal values are equally likely to count among the hottest. A constant map therefore scores the mask's share of the image.
 *
 * @throws RangeError when the mask is empty.
 * @example
 * ```ts
 * const map = { values: Float32Array.of(0, 1, 3, 0), height: 1, width: 4 };
 * rankAccuracy(map, { values: [0, 0, 1, 1], height: 1, width: 4 }); // 0.5: one of the two hottest is in the mask
 * ```
 */
export function rankAccuracy(map: HeatMap, mask: Mask): number {
  const area = checkInside(mask);
  const { values } = at(map, mask);
  const coldest = values.slice().sort()[values.length - area]!;
  let [above, hits, alike, alikeHits] = [0, 0, 0, 0];
  values.forEach((value, place) => {
    const inside = mask.values[place]! > 0 ? 1 : 0;
    if (value > coldest) {
      above++;
      hits += inside;
    } else if (value === coldest) {
      alike++;
      alikeHits += inside;
    }
  });
  return (hits + (alikeHits * (area - above)) / alike) / area;
}

/** Makes a metric that compares each map with its mask. */
const located = (measure: (map: HeatMap, mask: Mask) => number): Metric => ({
  better: 'higher',
  needs: 'masks',
  measure: ({ explanations, masks }) =>
    explanations.map(({ map }, image) => measure(map, masks![image]!)),
});

export const energyInMaskMetric = located(energyInMask);
export const pointingGameMetric = located(pointingGame);
export const rankAccuracyMetric = located(rankAccuracy);
export const intersectionOverUnionMetric = located(intersectionOverUnion);

function checkInside(mask: Mask): number {
  const area = Array.from(mask.values).filter(value => value > 0).length;
  if (area === 0) throw new RangeError('The mask is empty, so no map can match it.');
  return area;
}

function at(map: HeatMap, { height, width }: Mask): HeatMap {
  return map.height === height && map.width === width && !map.covers
    ? map
    : resizeMap(map, [height, width]);
}

function isNear(place: number, { values, height, width }: Mask, tolerance: number): boolean {
  const [row, column] = [Math.floor(place / width), place % width];
  const reach = Math.floor(tolerance);
  for (let y = Math.max(0, row - reach); y <= Math.min(height - 1, row + reach); y++) {
    for (let x = Math.max(0, column - reach); x <= Math.min(width - 1, column + reach); x++) {
      const near = Math.hypot(y - row, x - column) <= tolerance;
      if (near && values[y * width + x]! > 0) return true;
    }
  }
  return false;
}
