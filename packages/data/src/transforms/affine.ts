import type { Pixels } from '@shroom/pixels';

/** `[a, b, c, d, e, f]`: the pixel at `(x, y)` of the result comes from `(ax + by + c, dx + ey + f)` of the source. */
export type AffineMatrix = readonly [number, number, number, number, number, number];

/** Flips of the source before an affine transform. */
export interface Mirroring {
  readonly flipHorizontally?: boolean;
  readonly flipVertically?: boolean;
}

/**
 * Applies an affine transform with nearest-neighbor sampling. The size stays the same, and positions outside the source are
 * black. Coordinates are 16.16 fixed point as in Pillow, so that the same pixels are chosen.
 *
 * @param mirroring Flips of the source before the transform; they need no additional time.
 * @see Pillow, src/libImaging/Geometry.c, affine_fixed
 * @example
 * ```ts
 * affine(pixels, [0.5, 0, 0, 0, 0.5, 0]); // the top left quarter, enlarged twice
 * ```
 */
export function affine(pixels: Pixels, matrix: AffineMatrix, mirroring: Mirroring = {}): Pixels {
  const { flipHorizontally = false, flipVertically = false } = mirroring;
  const { data, height, width } = pixels;
  const { startX, startY, acrossX: stepX, acrossY: stepY, downX, downY } = fixedPoint(matrix);
  const result = new Uint8Array(data.length);
  for (let y = 0, target = 0; y < height; y++) {
    let sourceX = startX + y * downX;
    let sourceY = startY + y * downY;
    for (let x = 0; x < width; x++, target += 3, sourceX += stepX, sourceY += stepY) {
      const column = sourceX >> 16;
      const row = sourceY >> 16;
      if (column < 0 || row < 0 || column >= width || row >= height) continue;
      const source =
        ((flipVertically ? height - 1 - row : row) * width +
          (flipHorizontally ? width - 1 - column : column)) *
        3;
      result[target] = data[source]!;
      result[target + 1] = data[source + 1]!;
      result[target + 2] = data[source + 2]!;
    }
  }
  return { data: result, height, width };
}

/**
 * Rotates a picture about its center. The size stays the same.
 *
 * @param degrees Angle in degrees, counter-clockwise.
 * @example
 * ```ts
 * rotate(pixels, 15, { flipHorizontally: true }); // mirrored, then turned
 * ```
 */
export function rotate(pixels: Pixels, degrees: number, mirroring: Mirroring = {}): Pixels {
  return affine(pixels, rotation(pixels, degrees), mirroring);
}

/** The matrix of a rotation about the center of a picture of this size. */
export function rotation(
  { height, width }: { readonly height: number; readonly width: number },
  degrees: number,
): AffineMatrix {
  const angle = (-degrees * Math.PI) / 180;
  // Rounded as in Pillow, so that a quarter turn is exact.
  const cos = Number(Math.cos(angle).toFixed(15));
  const sin = Number(Math.sin(angle).toFixed(15));
  const x = width / 2;
  const y = height / 2;
  return [cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y];
}

/**
 * Shears horizontally: moves each row to the left by `amount` times its distance from the top.
 *
 * @example
 * ```ts
 * shearX(pixels, 0.2); // a row that is 100 pixels below the top moves by 20
 * ```
 */
export const shearX = (pixels: Pixels, amount: number): Pixels =>
  affine(pixels, [1, amount, 0, 0, 1, 0]);

/**
 * Shears vertically: moves each column up by `amount` times its distance from the left.
 *
 * @example
 * ```ts
 * shearY(pixels, -0.2); // a column that is 100 pixels from the left moves down by 20
 * ```
 */
export const shearY = (pixels: Pixels, amount: number): Pixels =>
  affine(pixels, [1, 0, 0, amount, 1, 0]);

/**
 * Moves a picture by whole pixels. The uncovered border is black.
 *
 * @example
 * ```ts
 * translate(pixels, 20, -10); // to the right and up; black at the left and below
 * ```
 */
export const translate = (pixels: Pixels, right: number, down: number): Pixels =>
  affine(pixels, [1, 0, -right, 0, 1, -down]);

/** The source position of the first pixel, and its change with each pixel to the right and down, in units of 1 / 65536. */
export const fixedPoint = ([a, b, c, d, e, f]: AffineMatrix) => ({
  startX: fixed(c + a * 0.5 + b * 0.5),
  startY: fixed(f + d * 0.5 + e * 0.5),
  acrossX: fixed(a),
  acrossY: fixed(d),
  downX: fixed(b),
  downY: fixed(e),
});

const fixed = (value: number) => Math.floor(value * 65536 + 0.5);
