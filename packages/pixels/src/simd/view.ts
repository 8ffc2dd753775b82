import type { Pixels } from '../pixels';
import { layOut } from './layout';
import { machine } from './machine';

/** The result is computed in bands of this many bytes, which stay in the processor's cache until they are copied to the target. */
const bandBytes = 2 ** 16;
/** Longest side of a picture, in pixels. Positions in larger pictures would not fit into 32 bits. */
const longestSide = 2 ** 14;

/** How the pixels of a picture become numbers. */
export interface NumbersOptions {
  readonly flipHorizontally: boolean;
  readonly flipVertically: boolean;
  /** The source position of the first pixel, and how far the position moves with each pixel across and down, in units of 1/65536 pixel. */
  readonly turn: Turn;
  /** The number for each of the 256 byte values, for each of the three channels of the result. */
  readonly tables: readonly Float32Array[];
  readonly channelOrder: 'RGB' | 'BGR';
}

export type Turn = Readonly<
  Record<'startX' | 'startY' | 'acrossX' | 'acrossY' | 'downX' | 'downY', number>
>;

/**
 * Writes a flipped and rotated picture as numbers: `height * width * 3` of them, from `offset` on. The nearest pixel is taken. Flips come
 * before the rotation. Positions outside the picture get byte value 0.
 *
 * @returns True, or false if nothing was written: because there are no vector instructions, or because a side is longer than 16,384 pixels.
 * @example
 * ```ts
 * const turn = { startX: 32768, startY: 32768, acrossX: 65536, acrossY: 0, downX: 0, downY: 65536 }; // none
 * const table = Float32Array.from({ length: 256 }, (_, value) => value / 255);
 * const how = { flipHorizontally: true, flipVertically: false, turn, tables: [table, table, table], channelOrder: 'RGB' } as const;
 * const numbers = new Float32Array(pixels.data.length); // [height, width, 3]
 * if (!writeNumbers(pixels, how, numbers, 0)) console.log('no vectors here');
 * ```
 */
export function writeNumbers(
  { data, height, width }: Pixels,
  { flipHorizontally, flipVertically, turn, tables, channelOrder }: NumbersOptions,
  target: Float32Array,
  offset: number,
): boolean {
  const vectors = machine();
  if (!vectors || Math.max(height, width) > longestSide) return false;
  const rows = Math.max(1, Math.floor(bandBytes / (width * 12)));
  const places = layOut([data.length + 1, rows * width * 12, 3 * 1024, height * 8]);
  const [source, result, table, insides, end] = places as [number, number, number, number, number];
  const bytes = new Uint8Array(vectors.memory(end));
  bytes.set(data, source);
  const floats = new Float32Array(bytes.buffer);
  tables.forEach((values, channel) => {
    floats.set(values, table / 4 + 256 * channel);
  });
  new Int32Array(bytes.buffer, insides, 2 * height).set(insidesOf(turn, height, width));
  const [first, third] = channelOrder === 'RGB' ? [0, 16] : [16, 0];
  const { startX, startY, acrossX, acrossY, downX, downY } = turn;
  for (let from = 0; from < height; from += rows) {
    const to = Math.min(height, from + rows);
    vectors.routines.gather(
      source +
        (flipVertically ? (height - 1) * width * 3 : 0) +
        (flipHorizontally ? (width - 1) * 3 : 0),
      flipVertically ? -width * 3 : width * 3,
      flipHorizontally ? -3 : 3,
      ...[width, result, table, insides, first, third, from, to],
      ...[startX, startY, acrossX, acrossY, downX, downY],
    );
    const numbers = (to - from) * width * 3;
    target.set(floats.subarray(result / 4, result / 4 + numbers), offset + from * width * 3);
  }
  return true;
}

/** For each row, which pixels come from inside the source: from the first number up to but not including the second. */
function insidesOf(turn: Turn, height: number, width: number): Int32Array {
  const insides = new Int32Array(2 * height);
  for (let y = 0; y < height; y++) insides[2 * y + 1] = width;
  narrow(insides, turn.startX, turn.downX, turn.acrossX, width);
  narrow(insides, turn.startY, turn.downY, turn.acrossY, height);
  return insides;
}

/** Narrows a range to the integers x with `0 <= start + y * down + x * across < 65536 * size`. */
function narrow(
  insides: Int32Array,
  start: number,
  down: number,
  across: number,
  size: number,
): void {
  const limit = 65536 * size;
  for (let row = 0, position = start; row < insides.length; row += 2, position += down) {
    let begin = 0;
    let end = insides[row + 1]!;
    if (across > 0) {
      begin = Math.ceil(-position / across);
      end = Math.ceil((limit - position) / across);
    } else if (across < 0) {
      begin = Math.floor((limit - position) / across) + 1;
      end = Math.floor(-position / across) + 1;
    } else if (position < 0 || position >= limit) {
      end = 0;
    }
    const from = Math.max(insides[row]!, Math.min(begin, insides[row + 1]!));
    insides[row] = from;
    insides[row + 1] = Math.max(from, Math.min(end, insides[row + 1]!));
  }
}
