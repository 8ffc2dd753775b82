import type { Pixels } from '@shroom/pixels';
import { drawMushroom } from '../drawn/mushroom';
import type { Origin } from '../origin';
import { type Framing, frame } from '../transforms/framing';
import { readBytes } from './bytes';
import { decode, decodeWhole } from './decode';
import type { DecodeOptions } from './decode-options';

/**
 * The pixels of a photo, wherever it is.
 *
 * @param how `[height, width]` to squash it to, or the framing of weights; `undefined` for its own size (drawn: 320 px).
 * @param options Also `room`: where the pixels may go, if they fit.
 * @throws DecodeError, ArchiveError or the file system's error, none of which names the photo.
 */
export async function readPixels(
  origin: Origin,
  how: readonly [number, number] | Framing | undefined,
  options: DecodeOptions & { readonly room?: Uint8Array } = {},
): Promise<Pixels> {
  if (origin.kind === 'drawn') {
    if (how === undefined || !('size' in how)) return drawn(origin, how);
    return how.resize === 'squash' && how.cropFraction === 1
      ? drawn(origin, how.size)
      : frame(drawn(origin, undefined), how);
  }
  const file = origin.kind === 'file' ? origin.path : await readBytes(origin);
  return how ? decode(file, how, options) : decodeWhole(file, options);
}

const ownSizeOfDrawings = 320;

function drawn(
  { genus, seed }: Extract<Origin, { kind: 'drawn' }>,
  size: readonly [number, number] = [ownSizeOfDrawings, ownSizeOfDrawings],
): Pixels {
  const [height, width] = size;
  if (height !== width) {
    throw new RangeError(`Mushrooms are drawn square, not ${height} x ${width}.`);
  }
  const { pixels } = drawMushroom(genus, { seed, size: height });
  return { data: pixels, height, width };
}
