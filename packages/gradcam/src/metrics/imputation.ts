import type { Pixels } from '../algebra/fills';
import { type GridSystem, levelsOf, neighbors, solve } from './multigrid';

export type { Pixels };

/**
 * Fills in the pixels that are not kept from their surroundings: each becomes the weighted mean of its neighbors, including filled-in ones.
 * The shape of the removed region then tells a model less than a gray hole would.
 *
 * The equations of all pixels are solved together, to a relative residual of 1e-8. If no pixel is kept, everything is 0.
 *
 * From ROAD, Rong et al. 2022, without its noise. https://arxiv.org/abs/2202.00449
 *
 * @param kept One value per pixel.
 * @example
 * ```ts
 * const row = { values: Float32Array.of(0, 9, 4), height: 1, width: 3, colors: 1 };
 * impute(row, [true, false, true]); // [0, 2, 4]
 * ```
 */
export function impute(image: Pixels, kept: ArrayLike<boolean>): Float32Array {
  const { values, height, width, colors } = image;
  const result = values.slice();
  const missing: number[] = [];
  const rank = new Int32Array(height * width).fill(-1);
  for (let place = 0; place < rank.length; place++) {
    if (kept[place]) continue;
    rank[place] = missing.length;
    missing.push(place);
  }
  if (missing.length === rank.length) return result.fill(0);
  if (missing.length === 0) return result;
  const { system, known } = equations(missing, rank, height, width);
  const levels = levelsOf(system);
  for (let color = 0; color < colors; color++) {
    const right = new Float64Array(missing.length);
    for (const { row, place, weight } of known)
      right[row]! += weight * values[place * colors + color]!;
    const solution = solve(levels, right);
    missing.forEach((place, row) => {
      result[place * colors + color] = solution[row]!;
    });
  }
  return result;
}

/** Sets up the equations of the missing pixels, and what their known neighbors contribute to the right side. */
function equations(missing: readonly number[], rank: Int32Array, height: number, width: number) {
  const system: GridSystem = {
    width,
    places: Int32Array.from(missing),
    diagonal: new Float64Array(missing.length),
    columns: new Int32Array(missing.length * 8).fill(-1),
    weights: new Float64Array(missing.length * 8),
  };
  const known: { row: number; place: number; weight: number }[] = [];
  missing.forEach((place, row) => {
    const [y, x] = [Math.floor(place / width), place % width];
    neighbors.forEach(([down, across], slot) => {
      const [v, u] = [y + down, x + across];
      if (v < 0 || v >= height || u < 0 || u >= width) return;
      // Diagonal neighbors have half the weight of the others; all eight weights sum to 1.
      const weight = down !== 0 && across !== 0 ? 1 / 12 : 1 / 6;
      system.diagonal[row]! += weight;
      const other = v * width + u;
      if (rank[other]! < 0) {
        known.push({ row, place: other, weight });
      } else {
        system.columns[row * 8 + slot] = rank[other]!;
        system.weights[row * 8 + slot] = weight;
      }
    });
  });
  return { system, known };
}
