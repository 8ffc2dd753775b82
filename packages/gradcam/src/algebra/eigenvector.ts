/** A symmetric matrix, given as a function that multiplies it by a vector. */
export type Operator = (vector: Float64Array) => Float64Array;

/**
 * Returns the largest eigenvalue of a symmetric matrix and its unit eigenvector.
 *
 * The algorithm takes Lanczos steps from a fixed start and restarts from the best vector so far; Jacobi rotations solve the small problem
 * in between. The sign is chosen so that the entry farthest from 0 is positive. Among entries equally far within a ten-thousandth, the
 * first one decides, so that rounding cannot flip the sign of a symmetric vector.
 */
export function leadingEigenvector(apply: Operator, size: number) {
  let vector = unit(
    Float64Array.from({ length: size }, (_, i) => 1 + ((i * 7919 + 13) % 101) / 101),
  );
  let value = 0;
  for (let restart = 0; restart < 200; restart++) {
    const { basis, matrix } = krylov(apply, vector, Math.min(size, 24));
    const best = jacobi(matrix);
    value = best.value;
    vector = unit(combination(basis, best.vector));
    const image = apply(vector);
    const error = norm(residual(image, vector, value));
    if (error <= 1e-11 * Math.abs(value)) break;
  }
  const farthest = vector.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  const first = vector.find(entry => Math.abs(entry) >= farthest * (1 - 1e-4))!;
  return { value, vector: first < 0 ? vector.map(entry => -entry) : vector };
}

/** Returns an orthonormal basis that starts with `start`, and the matrix expressed in this basis. */
function krylov(apply: Operator, start: Float64Array, most: number) {
  const basis: Float64Array[] = [];
  const images: Float64Array[] = [];
  let next = start;
  while (basis.length < most) {
    basis.push(next);
    const image = apply(next);
    images.push(image);
    const rest = image.slice();
    // Orthogonalize twice, because rounding leaves a remainder after one round.
    for (let round = 0; round < 2; round++) for (const known of basis) remove(rest, known);
    if (norm(rest) <= 1e-13 * norm(image)) break;
    next = unit(rest);
  }
  return { basis, matrix: basis.map(left => images.map(right => dot(left, right))) };
}

/** Returns the largest eigenvalue of a small symmetric matrix and its eigenvector, by Jacobi rotations. */
function jacobi(symmetric: readonly number[][]) {
  const a = symmetric.map((row, i) => row.map((_, j) => (row[j]! + symmetric[j]![i]!) / 2));
  const size = a.length;
  const vectors = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  const scale = Math.hypot(...a.flat());
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        off = Math.max(off, Math.abs(a[p]![q]!));
        if (a[p]![q] !== 0) rotate(a, vectors, p, q);
      }
    }
    if (off <= 1e-15 * scale) break;
  }
  const most = a.reduce((best, row, i) => (row[i]! > a[best]![best]! ? i : best), 0);
  return { value: a[most]![most]!, vector: vectors.map(row => row[most]!) };
}

function rotate(a: number[][], vectors: number[][], p: number, q: number): void {
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  const turn = (row: number[]) => {
    const [left, right] = [row[p]!, row[q]!];
    row[p] = cosine * left - sine * right;
    row[q] = sine * left + cosine * right;
  };
  a.forEach(turn);
  const [top, bottom] = [a[p]!.slice(), a[q]!.slice()];
  a[p] = top.map((entry, j) => cosine * entry - sine * bottom[j]!);
  a[q] = top.map((entry, j) => sine * entry + cosine * bottom[j]!);
  a[p]![q] = 0;
  a[q]![p] = 0;
  vectors.forEach(turn);
}

function residual(image: Float64Array, vector: Float64Array, value: number): Float64Array {
  return image.map((entry, i) => entry - value * vector[i]!);
}

function combination(basis: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const result = new Float64Array(basis[0]!.length);
  basis.forEach((vector, k) => {
    for (let i = 0; i < result.length; i++) result[i]! += weights[k]! * vector[i]!;
  });
  return result;
}

function remove(vector: Float64Array, direction: Float64Array): void {
  const share = dot(vector, direction);
  for (let i = 0; i < vector.length; i++) vector[i]! -= share * direction[i]!;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

const norm = (vector: Float64Array) => Math.sqrt(dot(vector, vector));

function unit(vector: Float64Array): Float64Array {
  const length = norm(vector);
  return length > 0 ? vector.map(entry => entry / length) : vector;
}
