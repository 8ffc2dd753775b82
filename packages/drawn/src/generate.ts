import type { Genus } from './genus';
import { drawMushroom } from './mushroom';

/** Which drawing to make. */
export interface Drawing {
  readonly genus: Genus;
  readonly seed: number;
}

const ownSide = 320;

/**
 * Makes the pixels of a drawing. The origin of a drawn photo names this function for whoever decodes the photo.
 *
 * @param size `[height, width]` in pixels, which must be equal. Default 320 by 320.
 * @returns Pixels `[height, width, 3]`, RGB, 0 to 255.
 * @throws RangeError when height and width differ.
 * @example
 * ```ts
 * const { data } = generate({ genus: 'Amanita', seed: 3 }, [64, 64]);
 * // the pixels of drawMushroom('Amanita', { seed: 3, size: 64 })
 * ```
 */
export function generate(
  { genus, seed }: Drawing,
  [height, width]: readonly [number, number] = [ownSide, ownSide],
): { readonly data: Uint8Array; readonly height: number; readonly width: number } {
  if (height !== width) {
    throw new RangeError(`Mushrooms are drawn square, not ${height} x ${width}.`);
  }
  const { pixels } = drawMushroom(genus, { seed, size: height });
  return { data: pixels, height, width };
}
