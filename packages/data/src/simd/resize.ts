import type { Pixels } from '../photo';
import { type Windows, windows } from '../transforms/windows';
import { layOut } from './layout';
import type { Machine } from './machine';
import { lowerBits } from './resampling';

type Size = readonly [number, number];

/** Source rows are brought into the vectors' memory by bands of about so many bytes: they stay in the cache. */
const bandBytes = 2 ** 18;
/** Vectors read and write beyond the end of a line. */
const margin = 64;

/** `resize` by vectors; the same bytes. */
export function resizeByVectors(
  { kernels, memory }: Machine,
  pixels: Pixels,
  [height, width]: Size,
  extent: Size,
): Pixels {
  const row = width * 3;
  const x = pairsOf(windows(pixels.width, extent[1], width), 3);
  const y = pairsOf(windows(pixels.height, extent[0], height), 1);
  const sourceRow = pixels.width * 3;
  const band = Math.max(1, Math.floor(bandBytes / sourceRow));
  const places = layOut([
    x.starts.byteLength,
    x.weights.byteLength,
    y.starts.byteLength,
    y.weights.byteLength,
    (pixels.height + 1) * row + margin,
    Math.max(band * sourceRow, height * row) + margin,
  ]);
  const [startsX, weightsX, startsY, weightsY, narrowed, last, end] = places;
  const bytes = new Uint8Array(memory(end!));
  for (const [table, at] of [
    [x.starts, startsX],
    [x.weights, weightsX],
    [y.starts, startsY],
    [y.weights, weightsY],
  ] as const)
    bytes.set(new Uint8Array(table.buffer), at);
  const narrow = x.pairs === 2 ? kernels.acrossTwo : kernels.across;
  for (let first = 0; first < pixels.height; first += band) {
    const rows = Math.min(band, pixels.height - first);
    bytes.set(pixels.data.subarray(first * sourceRow, (first + rows) * sourceRow), last);
    const target = narrowed! + first * row;
    narrow(last!, sourceRow, target, row, rows, width, startsX!, weightsX!, x.pairs);
  }
  kernels.down(narrowed!, last!, row, height, startsY!, weightsY!, y.pairs);
  return { data: bytes.slice(last, last! + height * row), height, width };
}

interface Pairs {
  readonly starts: Int32Array;
  /** `[places, pairs, 2 parts, 2 weights]`, 16 bits each. */
  readonly weights: Int16Array;
  readonly pairs: number;
}

/** @param stride From one place to the next, in bytes. */
function pairsOf({ starts, lengths, weights, widest }: Windows, stride: number): Pairs {
  let longest = 1;
  for (const length of lengths) longest = Math.max(longest, length);
  const pairs = (longest + 1) >> 1;
  const parts = new Int16Array(starts.length * pairs * 4);
  for (let place = 0; place < starts.length; place++) {
    for (let k = 0; k < lengths[place]!; k++) {
      const weight = weights[place * widest + k]!;
      const at = (place * pairs + (k >> 1)) * 4 + (k & 1);
      parts[at] = weight & ((1 << lowerBits) - 1);
      parts[at + 2] = weight >> lowerBits;
    }
  }
  return { starts: starts.map(start => start * stride), weights: parts, pairs };
}
