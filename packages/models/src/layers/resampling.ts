/** The parameter of the cubic kernel, as in Pillow and in PyTorch's antialiased interpolation. */
const a = -0.5;

/** @see Keys 1981. https://doi.org/10.1109/TASSP.1981.1163711 */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0;
}

/**
 * Returns the matrix `[length, from]`, row by row, that resamples a line of `from` values to `length` values with cubic convolution; if
 * the line gets shorter, the kernel gets wider (antialiasing). As `interpolate(mode='bicubic', antialias=True)` in PyTorch.
 */
export function resamplingMatrix(length: number, from: number): Float32Array {
  const matrix = new Float32Array(length * from);
  const scale = from / length;
  const stretch = Math.max(scale, 1);
  for (let index = 0; index < length; index++) {
    const center = scale * (index + 0.5);
    const start = Math.max(0, Math.trunc(center - 2 * stretch + 0.5));
    const end = Math.min(from, Math.trunc(center + 2 * stretch + 0.5));
    const weights = Array.from({ length: end - start }, (_, k) =>
      cubic((start + k - center + 0.5) / stretch),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, k) => {
      matrix[index * from + start + k] = weight / total;
    });
  }
  return matrix;
}

/** Learned positions `[grid * grid, C]` and the grid that they are resampled to. */
export interface Grids {
  readonly grid: number;
  readonly height: number;
  readonly width: number;
}

/** Resamples positions, row by row, to `[height * width, C]`. */
export function resamplePositions(
  positions: Float32Array,
  { grid, height, width }: Grids,
): Float32Array {
  if (height === grid && width === grid) return positions;
  const channels = positions.length / (grid * grid);
  const rows = along(positions, resamplingMatrix(height, grid), [1, grid, grid * channels]);
  return along(rows, resamplingMatrix(width, grid), [height, grid, channels]);
}

/** Multiplies the middle axis of `[before, length, after]` by a matrix. */
function along(
  values: Float32Array,
  matrix: Float32Array,
  [before, length, after]: readonly [number, number, number],
): Float32Array {
  const lines = matrix.length / length;
  const result = new Float32Array(before * lines * after);
  for (let block = 0; block < before; block++)
    for (let line = 0; line < lines; line++)
      for (let k = 0; k < length; k++) {
        const factor = matrix[line * length + k]!;
        if (factor === 0) continue;
        const [to, from] = [(block * lines + line) * after, (block * length + k) * after];
        for (let each = 0; each < after; each++)
          result[to + each]! += factor * values[from + each]!;
      }
  return result;
}
