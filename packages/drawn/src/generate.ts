import type { Genus } from './genus';
import { drawMushroom } from './mushroom';

/** Which drawing. */
export interface Drawing {
  readonly genus: Genus;
  readonly seed: number;
}

const ownSide = 320;

/**
 * The pixels of a drawing: what the origin of a drawn photo names, for whoever decodes it.
 *
 * @param size `[height, width]`, which must be equal. Default 320 by 320.
 * @returns `[height, width, 3]`, RGB, 0 to 255.
 * @throws RangeError where it is not square.
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
