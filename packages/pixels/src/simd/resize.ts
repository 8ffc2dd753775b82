import type { Pixels } from '../pixels';
import { type Interpolation, type Windows, windows } from '../windows';
import { layOut } from './layout';
import type { Machine } from './machine';
import { lowerBits, rowsAtOnce } from './resampling';

type Size = readonly [number, number];

/**
 * Source rows are copied into the memory of the vector instructions in bands of about this many bytes, which stay in the processor's cache.
 */
export const bandBytes = 2 ** 18;
/** Bytes beyond the end of a line that vector instructions read and write. */
const margin = 64;

/**
 * Limit on the size of the picture between the two passes. WebAssembly memory never shrinks, so a larger picture would occupy it for good.
 */
const mostPlaces = 2 ** 25;

/** Whether a picture is small enough to be resized with vector instructions. */
export const isResizable = ({ height }: { readonly height: number }, size: Size): boolean =>
  height * size[1] < mostPlaces;

/** Does what `resize` does with vector instructions, and returns the same bytes. */
export function resizeByVectors(
  vectors: Machine,
  pixels: Pixels,
  size: Size,
  extent: Size,
  how: ResizingOptions = {},
): Pixels {
  const row = pixels.width * 3;
  const band = Math.max(1, Math.floor(bandBytes / row));
  const [source, end] = layOut([(band + rowsAtOnce) * row + margin]) as [number, number];
  const resizing = new Resizing(pixels, size, extent, end, how);
  const bytes = new Uint8Array(vectors.memory(resizing.end));
  resizing.begin(vectors);
  for (let first = 0; first < pixels.height; first += band) {
    const rows = Math.min(band, pixels.height - first);
    bytes.set(pixels.data.subarray(first * row, (first + rows) * row), source);
    resizing.addRows(vectors, source, first, rows);
  }
  return resizing.finish(vectors);
}

export interface ResizingOptions {
  /**
   * Whether the given pixels are means of two by two pixels. The filter is then narrower, so that both steps together blur as
   * much as resizing the full-size picture does.
   */
  readonly averaged?: boolean;
  readonly interpolation?: Interpolation;
}

/** Resizes a picture that arrives row by row, in the memory of the vector instructions. */
export class Resizing {
  /** Address after the memory that this object needs. */
  readonly end: number;
  readonly #size: Size;
  readonly #sourceRow: number;
  /** Bytes from one narrowed row to the next. */
  readonly #narrowRow: number;
  readonly #x: Pairs;
  readonly #y: Pairs;
  readonly #places: readonly number[];

  /** @param address Address of free memory. */
  constructor(
    { height, width }: { readonly height: number; readonly width: number },
    size: Size,
    extent: Size,
    address: number,
    how: ResizingOptions = {},
  ) {
    this.#size = size;
    this.#sourceRow = width * 3;
    this.#narrowRow = 16 * Math.floor((size[1] * 3) / 16 + 1);
    this.#x = pairsFor(width, extent[1], size[1], 3, how);
    this.#y = pairsFor(height, extent[0], size[0], 1, how);
    const places = layOut([
      ...[this.#x, this.#y].flatMap(({ starts, weights }) => [
        starts.byteLength,
        weights.byteLength,
      ]),
      // Every window is read to the length of the longest window, even windows that end at the last row.
      (height + rowsAtOnce + 2 * this.#y.pairs) * this.#narrowRow + margin,
      // Windows along a row are read in the same way, so reads may reach beyond the last row that is given.
      size[0] * size[1] * 3 + margin + 6 * this.#x.pairs,
    ]).map(place => address + place);
    this.#places = places;
    this.end = places.at(-1)!;
  }

  begin({ memory }: Machine): void {
    const bytes = new Uint8Array(memory(0));
    [this.#x, this.#y]
      .flatMap(({ starts, weights }) => [starts, weights])
      .forEach((table, index) => {
        bytes.set(new Uint8Array(table.buffer), this.#places[index]!);
      });
  }

  /** @param source Address of the first of these rows; up to three more rows may be read. @param first Index of that row in the picture. */
  addRows({ routines }: Machine, source: number, first: number, rows: number): void {
    const { pairs } = this.#x;
    const across = [routines.acrossOne, routines.acrossTwo][pairs - 1] ?? routines.across;
    const [starts, weights, , , narrowed] = this.#places;
    const [, width] = this.#size;
    const row = this.#narrowRow;
    const target = narrowed! + first * row;
    across(source, this.#sourceRow, target, row, rows, width, starts!, weights!, pairs);
  }

  /** @param room Buffer for the pixels. It is used if they fit into it; else a new buffer is allocated. */
  finish({ routines, memory }: Machine, room?: Uint8Array): Pixels {
    const { pairs } = this.#y;
    const down = [routines.downOne, routines.downTwo][pairs - 1] ?? routines.down;
    const [, , starts, weights, narrowed, result] = this.#places;
    const [height, width] = this.#size;
    down(narrowed!, this.#narrowRow, result!, width * 3, height, starts!, weights!, pairs);
    const bytes = new Uint8Array(memory(0), result!, height * width * 3);
    if (!room || room.length < bytes.length) return { data: bytes.slice(), height, width };
    room.set(bytes);
    return { data: room.subarray(0, bytes.length), height, width };
  }
}

interface Pairs {
  readonly starts: Int32Array;
  /** Weights `[positions, pairs, 2 parts, 2 weights]`, 16 bits each. */
  readonly weights: Int16Array;
  readonly pairs: number;
}

/** Cache of the weights for the most recent sizes, since many photos have the same size. */
const known = new Map<string, Pairs>();
const mostKnown = 64;

/** @param stride Bytes from one position to the next. */
function pairsFor(
  from: number,
  extent: number,
  to: number,
  stride: number,
  { averaged = false, interpolation = 'bilinear' }: ResizingOptions,
): Pairs {
  const key = `${from} ${extent} ${to} ${stride} ${averaged} ${interpolation}`;
  let pairs = known.get(key);
  if (!pairs) {
    // Pixels averaged in pairs have a variance of 1/4 in source pixels squared, which is 1/16 in averaged pixels squared. A triangle filter
    // has a variance of 1/6 of its squared half-width.
    const spread = averaged ? Math.sqrt((extent / to) ** 2 - 6 / 16) : undefined;
    pairs = pairsOf(windows(from, extent, to, spread, interpolation), stride);
    if (known.size >= mostKnown) known.clear();
    known.set(key, pairs);
  }
  return pairs;
}

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
