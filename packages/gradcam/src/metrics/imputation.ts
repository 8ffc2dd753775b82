/** Offsets of the eight neighbours of a pixel and their weights, which sum to 1. */
const neighbours = [
  [-1, -1, 1 / 12],
  [-1, 0, 1 / 6],
  [-1, 1, 1 / 12],
  [0, -1, 1 / 6],
  [0, 1, 1 / 6],
  [1, -1, 1 / 12],
  [1, 0, 1 / 6],
  [1, 1, 1 / 12],
] as const;

/** Pixels of one image, row by row, colours last. */
export interface Pixels {
  readonly values: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly colours: number;
}

/**
 * An image with the pixels that are not kept filled in from their surroundings: each is the weighted mean of its neighbours,
 * those that are filled in too. So a model can tell less from the form of what was taken away than from a grey hole.
 *
 * The equations are solved together, by conjugate gradients. Where nothing is kept everything is 0.
 *
 * Rong et al. 2022 (ROAD), without its noise. https://arxiv.org/abs/2202.00449
 *
 * @param kept One value a pixel.
 */
export function impute(image: Pixels, kept: ArrayLike<boolean>): Float32Array {
  const { values, height, width, colours } = image;
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
  const system = systemOf(missing, rank, height, width);
  for (let colour = 0; colour < colours; colour++) {
    const right = new Float64Array(missing.length);
    system.known.forEach((terms, row) => {
      for (const { place, weight } of terms)
        right[row]! += weight * values[place * colours + colour]!;
    });
    const solution = conjugateGradients(system, right);
    missing.forEach((place, row) => {
      result[place * colours + colour] = solution[row]!;
    });
  }
  return result;
}

interface System {
  readonly diagonal: Float64Array;
  /** Up to eight other unknowns of each row, -1 where there are fewer. */
  readonly columns: Int32Array;
  readonly weights: Float64Array;
  /** The neighbours that are known. */
  readonly known: readonly { readonly place: number; readonly weight: number }[][];
}

function systemOf(
  missing: readonly number[],
  rank: Int32Array,
  height: number,
  width: number,
): System {
  const diagonal = new Float64Array(missing.length);
  const columns = new Int32Array(missing.length * 8).fill(-1);
  const weights = new Float64Array(missing.length * 8);
  const known = missing.map((place, row) => {
    const terms: { place: number; weight: number }[] = [];
    const [y, x] = [Math.floor(place / width), place % width];
    neighbours.forEach(([down, across, weight], k) => {
      const [v, u] = [y + down, x + across];
      if (v < 0 || v >= height || u < 0 || u >= width) return;
      diagonal[row]! += weight;
      const other = v * width + u;
      if (rank[other]! < 0) terms.push({ place: other, weight });
      else {
        columns[row * 8 + k] = rank[other]!;
        weights[row * 8 + k] = weight;
      }
    });
    return terms;
  });
  return { diagonal, columns, weights, known };
}

/** Solves the system, which is symmetric and positive definite, to a relative residual of 1e-9. */
function conjugateGradients(system: System, right: Float64Array): Float64Array {
  const size = right.length;
  const solution = new Float64Array(size);
  const residual = right.slice();
  const direction = right.slice();
  const image = new Float64Array(size);
  let length = dot(residual, residual);
  const enough = 1e-18 * length;
  for (let step = 0; step < 10 * size + 100 && length > enough; step++) {
    multiply(system, direction, image);
    const stride = length / dot(direction, image);
    for (let i = 0; i < size; i++) {
      solution[i]! += stride * direction[i]!;
      residual[i]! -= stride * image[i]!;
    }
    const before = length;
    length = dot(residual, residual);
    for (let i = 0; i < size; i++) direction[i] = residual[i]! + (length / before) * direction[i]!;
  }
  return solution;
}

function multiply(
  { diagonal, columns, weights }: System,
  vector: Float64Array,
  into: Float64Array,
): void {
  for (let row = 0; row < into.length; row++) {
    let total = diagonal[row]! * vector[row]!;
    for (let k = row * 8; k < row * 8 + 8; k++) {
      const column = columns[k]!;
      if (column >= 0) total -= weights[k]! * vector[column]!;
    }
    into[row] = total;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}
