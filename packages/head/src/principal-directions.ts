import {
  div,
  matMul,
  mean,
  sub,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { featureRows } from './feature-rows';
import { onlyRows } from './only-rows';

/** The center and the directions on which `CovariancePooling` projects features. */
export interface PrincipalDirections {
  /** The mean of the features, `[C]`. */
  readonly center: Float32Array;
  /** The directions of greatest variance, `[C, components]`: orthonormal columns. */
  readonly directions: Float32Array;
}

/**
 * Computes principal directions of the features `log(1 + x)` at many positions, by orthogonal iteration. This needs no labels, and any
 * pictures will do: drawn ones serve photographs nearly as well as photographs themselves.
 *
 * @param maps Feature maps of some pictures, `[N, h, w, C]`, or tokens `[N, T, C]`, whose features are taken as they are. The caller keeps
 *   them.
 * @param options `iterations`, default 20; the strongest directions converge first. `prefix`: the number of tokens before the patches, which
 *   are left out.
 * @throws RangeError when there are fewer positions or channels than components.
 * @see Golub & Van Loan, "Matrix Computations", section 8.2.4
 * @example
 * ```ts
 * import { resnet50 } from '@shroom/models/node';
 * import type { Tensor4D } from '@tensorflow/tfjs-core';
 *
 * const backbone = await resnet50({ size: 224 });
 * const maps = backbone.model.predict(images) as Tensor4D; // [N, 7, 7, 2048]
 * const { directions } = await principalDirections(maps, 64); // [2048, 64]
 * maps.dispose();
 * ```
 */
export async function principalDirections(
  maps: Tensor3D | Tensor4D,
  components: number,
  options: { readonly iterations?: number; readonly prefix?: number } = {},
): Promise<PrincipalDirections> {
  const { iterations = 20, prefix = 0 } = options;
  const [count, ...sides] = maps.shape;
  const channels = sides.at(-1)!;
  const places = maps.size / channels - count * prefix;
  if (components > Math.min(places, channels)) {
    throw new RangeError(
      `${components} directions need at least as many positions and channels; there are ${places} and ${channels}.`,
    );
  }
  const [center, covariance] = tidy(() => {
    const [rows] = featureRows(maps, prefix);
    const middle = mean(rows, 0);
    const centered = onlyRows(sub(rows, middle));
    return [middle, div(matMul(centered, centered, true), places) as Tensor2D] as const;
  });
  try {
    let directions = orthonormal(start(channels, components), channels, components);
    for (let step = 0; step < iterations; step++) {
      const turned = tidy(() => matMul(covariance, tensor2d(directions, [channels, components])));
      directions = orthonormal((await turned.data()) as Float32Array, channels, components);
      turned.dispose();
    }
    return { center: (await center.data()) as Float32Array, directions };
  } finally {
    center.dispose();
    covariance.dispose();
  }
}

/** Makes a start matrix without a preferred direction, from a fixed sequence of numbers. */
function start(channels: number, components: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length: channels * components }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** Orthonormalizes the columns one after another (modified Gram-Schmidt, run twice, in double precision). */
function orthonormal(values: Float32Array, rows: number, columns: number): Float32Array {
  const frame = Array.from({ length: columns }, (_, column) => {
    const vector = new Float64Array(rows);
    for (let row = 0; row < rows; row++) vector[row] = values[row * columns + column]!;
    return vector;
  });
  frame.forEach((vector, column) => {
    // The first run on this column is done: each column before it has removed itself from all that follow.
    for (let other = 0; other < column; other++) removeFrom([vector], frame[other]!);
    const length = Math.sqrt(dot(vector, vector)) || 1;
    for (let row = 0; row < rows; row++) vector[row]! /= length;
    removeFrom(frame.slice(column + 1), vector);
  });
  const result = new Float32Array(rows * columns);
  frame.forEach((vector, column) => {
    for (let row = 0; row < rows; row++) result[row * columns + column] = vector[row]!;
  });
  return result;
}

/** Subtracts from each vector its part in a direction. */
function removeFrom(vectors: readonly Float64Array[], direction: Float64Array): void {
  const rows = direction.length;
  let first = 0;
  // Four at once take half the time, because a sum does not wait for the sum of another vector.
  for (; first + 4 <= vectors.length; first += 4) {
    const [a, b, c, d] = vectors.slice(first) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    let [ofA, ofB, ofC, ofD] = [0, 0, 0, 0];
    for (let row = 0; row < rows; row++) {
      const value = direction[row]!;
      ofA += a[row]! * value;
      ofB += b[row]! * value;
      ofC += c[row]! * value;
      ofD += d[row]! * value;
    }
    for (let row = 0; row < rows; row++) {
      const value = direction[row]!;
      a[row]! -= ofA * value;
      b[row]! -= ofB * value;
      c[row]! -= ofC * value;
      d[row]! -= ofD * value;
    }
  }
  for (const vector of vectors.slice(first)) {
    const share = dot(vector, direction);
    for (let row = 0; row < rows; row++) vector[row]! -= share * direction[row]!;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}
