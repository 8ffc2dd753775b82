import { describe, expect, test } from 'vitest';
import { solvePositive } from '../../src/closed-form/cholesky';

/** Symmetric, with diagonals that outweigh their rows, so that it is positive definite. */
const matrixOf = (n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, place) => {
    const [row, column] = [Math.floor(place / n), place % n];
    return row === column ? n : Math.sin(row + column + row * column);
  });

describe.each([1, 2, 3, 63, 64, 65, 66, 131])('%i equations', n => {
  test('are solved', () => {
    const matrix = matrixOf(n);
    const right = Float64Array.from({ length: 2 * n }, (_, place) => Math.cos(place));
    const solved = solvePositive(matrix.slice(), n, right.slice());
    for (let place = 0; place < 2 * n; place++) {
      const [side, row] = [Math.floor(place / n), place % n];
      let product = 0;
      for (let column = 0; column < n; column++)
        product += matrix[row * n + column]! * solved[side * n + column]!;
      expect(product).toBeCloseTo(right[place]!, 12);
    }
  });

  test('are refused where the last row is the first one again', () => {
    if (n === 1) {
      expect(() => solvePositive(Float64Array.of(0), 1, Float64Array.of(1))).toThrow(RangeError);
      return;
    }
    const matrix = matrixOf(n);
    for (let place = 0; place < n; place++) {
      matrix[(n - 1) * n + place] = matrix[place]!;
      matrix[place * n + n - 1] = matrix[place * n]!;
    }
    matrix[n * n - 1] = matrix[0]! - 1e-9;
    expect(() => solvePositive(matrix, n, new Float64Array(n))).toThrow(/depend on each other/);
  });
});
