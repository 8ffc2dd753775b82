import { generator } from './generator';

export interface Matrix {
  /** Values of at least 0, row by row. */
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

export interface Factors {
  /** For each factor, a vector of `rows` values. */
  readonly left: readonly Float32Array[];
  /** For each factor, a vector of `columns` values. */
  readonly right: readonly Float32Array[];
}

const rounds = 200;
const settled = 1e-5;

/**
 * Approximates a non-negative matrix by a sum of a few products of a column and a row, both non-negative. It uses hierarchical alternating
 * least squares (HALS), Cichocki & Phan 2009. https://doi.org/10.1587/transfun.E92.A.708
 */
export function nonNegativeFactors(matrix: Matrix, count: number, seed: number): Factors {
  const { values, rows, columns } = matrix;
  const random = generator(seed);
  const scale = Math.sqrt(values.reduce((sum, value) => sum + value, 0) / values.length / count);
  const drawn = (length: number) =>
    Array.from({ length: count }, () => Float32Array.from({ length }, () => random() * 2 * scale));
  const left = drawn(rows);
  const right = drawn(columns);
  let before = Infinity;
  for (let round = 0; round < rounds; round++) {
    improve(left, right, timesRight(matrix, right));
    improve(right, left, timesLeft(matrix, left));
    const now = residual(matrix, left, right);
    if (now >= (1 - settled) * before) break;
    before = now;
  }
  return { left, right };
}

/** Makes one pass over the factors of one side. Each factor is set to minimize the error while the others stay fixed. */
function improve(
  own: Float32Array[],
  other: readonly Float32Array[],
  products: readonly Float32Array[],
): void {
  own.forEach((vector, factor) => {
    const overlaps = other.map(row => dot(row, other[factor]!));
    const square = overlaps[factor]! + 1e-12;
    for (let i = 0; i < vector.length; i++) {
      let gain = products[factor]![i]!;
      for (let f = 0; f < own.length; f++) gain -= own[f]![i]! * overlaps[f]!;
      vector[i] = Math.max(0, vector[i]! + gain / square);
    }
  });
}

/** For each factor, the product of the matrix and the factor's row: `[rows]`. */
function timesRight({ values, rows, columns }: Matrix, right: readonly Float32Array[]) {
  return right.map(row =>
    Float32Array.from({ length: rows }, (_, i) => {
      let total = 0;
      for (let j = 0; j < columns; j++) total += values[i * columns + j]! * row[j]!;
      return total;
    }),
  );
}

/** For each factor, the product of the factor's column and the matrix: `[columns]`. */
function timesLeft({ values, rows, columns }: Matrix, left: readonly Float32Array[]) {
  return left.map(column => {
    const total = new Float32Array(columns);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) total[j]! += column[i]! * values[i * columns + j]!;
    return total;
  });
}

/** Squared error of the approximation. */
function residual(
  { values, rows, columns }: Matrix,
  left: readonly Float32Array[],
  right: readonly Float32Array[],
): number {
  let total = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let rest = values[i * columns + j]!;
      for (let f = 0; f < left.length; f++) rest -= left[f]![i]! * right[f]![j]!;
      total += rest * rest;
    }
  }
  return total;
}

function dot(a: Float32Array, b: Float32Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}
