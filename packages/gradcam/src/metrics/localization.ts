import type { HeatMap } from '../explain';
import { resizeMap } from '../pictures/picture';
import type { Metric } from './metric';
import type { Mask } from './subject';

/**
 * Whether the hottest place of the map is in the mask: 1 or 0; if several are equally hot, the share of them that is. Zhang et
 * al. 2016. https://arxiv.org/abs/1608.00507
 *
 * A map of another size than the mask's is resized to it, as for the other metrics with masks. A map with nothing above 0 has
 * no hit.
 *
 * @param tolerance How many pixels beside the mask still count. Default 0; the benchmarks of the paper have 15.
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
 * The share of the map's heat that is in the mask, 0 to 1; 0 for a map without heat. Wang et al. 2020.
 * https://arxiv.org/abs/1910.01279
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
 * Intersection over union of the mask and the places that are hotter than a share of the maximum, 0 to 1.
 *
 * @param threshold Share of the maximum, 0 to 1. Default 0.5.
 * @throws RangeError for a mask with nothing inside.
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
 * The share of the hottest places, as many as the mask has, that are in the mask, 0 to 1. Arras et al. 2022.
 * https://arxiv.org/abs/2003.07258
 *
 * Of places that are alike each is as likely to be among the hottest: a map that is the same everywhere has the mask's share of
 * the image.
 *
 * @throws RangeError for a mask with nothing inside.
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

/** A measure of each map and its mask. */
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
  if (area === 0) throw new RangeError('The mask has nothing inside: no map can be right.');
  return area;
}

function at(map: HeatMap, { height, width }: Mask): HeatMap {
  return map.height === height && map.width === width ? map : resizeMap(map, [height, width]);
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
