/** Rows that are computed together, so that each row before them is read once for all of them. They fit into the cache of a core. */
const rowsAtOnce = 64;

/**
 * Solves `matrix * x = right` for several right sides, by a Cholesky decomposition.
 *
 * @param matrix Symmetric, `[n, n]`. It is overwritten.
 * @param right `[sides, n]`. It is overwritten by the solutions.
 * @throws RangeError when the matrix is not positive definite.
 */
export function solvePositive(matrix: Float64Array, n: number, right: Float64Array): Float64Array {
  const rows = Array.from({ length: n }, (_, row) => matrix.subarray(row * n, (row + 1) * n));
  for (let start = 0; start < n; start += rowsAtOnce)
    decompose(rows, start, Math.min(n, start + rowsAtOnce));
  for (let start = 0; start < right.length; start += n) {
    const side = right.subarray(start, start + n);
    for (let row = 0; row < n; row++) {
      const own = rows[row]!;
      side[row] = (side[row]! - dot(own, side, row)) / own[row]!;
    }
    for (let row = n - 1; row >= 0; row--) {
      const own = rows[row]!;
      const value = side[row]! / own[row]!;
      side[row] = value;
      for (let column = 0; column < row; column++) side[column]! -= value * own[column]!;
    }
  }
  return right;
}

/** Decomposes the rows from `start` to before `end`; those before are decomposed. */
function decompose(rows: readonly Float64Array[], start: number, end: number): void {
  for (let column = 0; column < end; column++) {
    const other = rows[column]!;
    if (column >= start) {
      const square = other[column]! - dot(other, other, column);
      if (!(square > 0))
        throw new RangeError(
          'The channels depend on each other, so that there is no single solution. Use more regularization.',
        );
      other[column] = Math.sqrt(square);
    }
    let row = Math.max(start, column + 1);
    for (; row + 1 < end; row += 2) reduceTwo(rows[row]!, rows[row + 1]!, other, column);
    if (row < end) {
      const own = rows[row]!;
      own[column] = (own[column]! - dot(own, other, column)) / other[column]!;
    }
  }
}

/** Computes a column of two rows: each number of the row above is read once for both. The sums are those of `dot`. */
function reduceTwo(a: Float64Array, b: Float64Array, above: Float64Array, column: number): void {
  let a0 = 0;
  let a1 = 0;
  let a2 = 0;
  let a3 = 0;
  let b0 = 0;
  let b1 = 0;
  let b2 = 0;
  let b3 = 0;
  let place = 0;
  for (; place + 3 < column; place += 4) {
    const x0 = above[place]!;
    const x1 = above[place + 1]!;
    const x2 = above[place + 2]!;
    const x3 = above[place + 3]!;
    a0 += a[place]! * x0;
    b0 += b[place]! * x0;
    a1 += a[place + 1]! * x1;
    b1 += b[place + 1]! * x1;
    a2 += a[place + 2]! * x2;
    b2 += b[place + 2]! * x2;
    a3 += a[place + 3]! * x3;
    b3 += b[place + 3]! * x3;
  }
  for (; place < column; place++) {
    a0 += a[place]! * above[place]!;
    b0 += b[place]! * above[place]!;
  }
  const diagonal = above[column]!;
  a[column] = (a[column]! - (a0 + a1 + (a2 + a3))) / diagonal;
  b[column] = (b[column]! - (b0 + b1 + (b2 + b3))) / diagonal;
}

function dot(a: Float64Array, b: Float64Array, count: number): number {
  // Four sums, because each addition would otherwise wait for the one before it. Engines box numbers that come out of a list, as in
  // `let [a, b] = [0, 0]`, and are four times as slow with them.
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
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
