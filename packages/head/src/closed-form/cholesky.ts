/**
 * Solves `matrix * x = right` for several right sides, by a Cholesky decomposition.
 *
 * @param matrix Symmetric, `[n, n]`. It is overwritten.
 * @param right `[sides, n]`. It is overwritten by the solutions.
 * @throws RangeError when the matrix is not positive definite.
 */
export function solvePositive(matrix: Float64Array, n: number, right: Float64Array): Float64Array {
  for (let row = 0; row < n; row++) {
    const own = matrix.subarray(row * n, (row + 1) * n);
    for (let column = 0; column < row; column++) {
      const other = matrix.subarray(column * n, (column + 1) * n);
      own[column] = (own[column]! - dot(own, other, column)) / other[column]!;
    }
    const square = own[row]! - dot(own, own, row);
    if (!(square > 0))
      throw new RangeError(
        'The channels depend on each other, so that there is no single solution. Use more regularization.',
      );
    own[row] = Math.sqrt(square);
  }
  for (let start = 0; start < right.length; start += n) {
    const side = right.subarray(start, start + n);
    for (let row = 0; row < n; row++) {
      const own = matrix.subarray(row * n, (row + 1) * n);
      side[row] = (side[row]! - dot(own, side, row)) / own[row]!;
    }
    for (let row = n - 1; row >= 0; row--) {
      const own = matrix.subarray(row * n, (row + 1) * n);
      const value = side[row]! / own[row]!;
      side[row] = value;
      for (let column = 0; column < row; column++) side[column]! -= value * own[column]!;
    }
  }
  return right;
}

function dot(a: Float64Array, b: Float64Array, count: number): number {
  // Four sums, because each addition would otherwise wait for the one before it.
  let [first, second, third, fourth] = [0, 0, 0, 0];
  let place = 0;
  for (; place + 3 < count; place += 4) {
    first += a[place]! * b[place]!;
    second += a[place + 1]! * b[place + 1]!;
    third += a[place + 2]! * b[place + 2]!;
    fourth += a[place + 3]! * b[place + 3]!;
  }
  for (; place < count; place++) first += a[place]! * b[place]!;
  return first + second + (third + fourth);
}
