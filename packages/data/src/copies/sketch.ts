import { type Pixels, resize } from '@shroom/pixels';

/** Side length of the gray values of a sketch, in pixels. */
export const sketchSide = 64;
/** Side length of the colors of a sketch, in pixels. */
export const colorSide = 16;

/** A photo squashed to a small square, from which near copies are found. It takes 4.5 kB for any photo. */
export interface Sketch {
  /** Luma, `[64, 64]`, 0 to 255. */
  readonly gray: Uint8Array;
  /** Blue and red difference, `[2, 16, 16]`; 128 means no color. */
  readonly color: Uint8Array;
}

/**
 * Makes a sketch of a photo of any size, which is squashed to 64 by 64 pixels.
 *
 * @example
 * ```ts
 * const { gray, color } = sketch(pixels); // 4096 and 512 numbers; keep these instead of the photo
 * ```
 */
export function sketch(pixels: Pixels): Sketch {
  const { data } = resize(pixels, [sketchSide, sketchSide]);
  const gray = new Uint8Array(sketchSide ** 2);
  const step = sketchSide / colorSide;
  const sums = new Float32Array(2 * colorSide ** 2);
  for (let y = 0, place = 0; y < sketchSide; y++) {
    for (let x = 0; x < sketchSide; x++, place++) {
      const [red, green, blue] = [data[3 * place]!, data[3 * place + 1]!, data[3 * place + 2]!];
      const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
      gray[place] = Math.round(luma);
      const cell = Math.floor(y / step) * colorSide + Math.floor(x / step);
      sums[cell]! += 0.564 * (blue - luma);
      sums[cell + colorSide ** 2]! += 0.713 * (red - luma);
    }
  }
  const color = Uint8Array.from(sums, sum => Math.round(Math.min(255, 128 + sum / step ** 2)));
  return { gray, color };
}

/**
 * A square field in one of its eight orientations. Bit 1 mirrors it, bit 2 turns it upside down, then bit 4 exchanges rows
 * and columns.
 */
export function turned<A extends Float32Array | Uint8Array>(
  field: A,
  side: number,
  turn: number,
): A {
  if (turn === 0) return field;
  const result = field.slice() as A;
  for (let y = 0, place = 0; y < side; y++) {
    for (let x = 0; x < side; x++, place++) {
      const [row, column] = turn & 4 ? [x, y] : [y, x];
      const fromRow = turn & 2 ? side - 1 - row : row;
      const fromColumn = turn & 1 ? side - 1 - column : column;
      result[place] = field[fromRow * side + fromColumn]!;
    }
  }
  return result;
}
