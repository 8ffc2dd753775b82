import { augment, plainView, type View } from '../augmentation';
import { type Normalisation, normalisationTables, normalise } from '../normalisation';
import type { Pixels } from '../photo';
import { fixedPoint, rotation } from '../transforms/affine';
import { layOut } from './layout';
import { machine } from './machine';

/** What is the same for all photos of a batch. */
const known = new WeakMap<Normalisation, readonly Float32Array[]>();

/** `normalise` of `augment`, in one go; the same numbers. @param how Not changed later. */
export function normaliseView(
  pixels: Pixels,
  view: View = plainView,
  how: Normalisation,
  target: Float32Array,
  offset: number,
): void {
  const vectors = machine();
  if (!vectors) {
    normalise(augment(pixels, view), how, target, offset);
    return;
  }
  const { data, height, width } = pixels;
  const tables = known.get(how) ?? normalisationTables(how);
  known.set(how, tables);
  const places = layOut([data.length, data.length * 4, 3 * 1024]);
  const [source, result, table, end] = places as [number, number, number, number];
  const bytes = new Uint8Array(vectors.memory(end));
  bytes.set(data, source);
  const floats = new Float32Array(bytes.buffer);
  tables.forEach((values, channel) => {
    floats.set(values, table / 4 + 256 * channel);
  });
  const { flipHorizontally, flipVertically } = view;
  const [first, third] = how.channelOrder === 'RGB' ? [0, 2] : [2, 0];
  const { startX, startY, acrossX, acrossY, downX, downY } = fixedPoint(
    rotation(pixels, view.rotation),
  );
  vectors.kernels.gather(
    source +
      (flipVertically ? (height - 1) * width * 3 : 0) +
      (flipHorizontally ? (width - 1) * 3 : 0),
    flipVertically ? -width * 3 : width * 3,
    flipHorizontally ? -3 : 3,
    height,
    width,
    result,
    table,
    first,
    third,
    startX,
    startY,
    acrossX,
    acrossY,
    downX,
    downY,
  );
  target.set(floats.subarray(result / 4, result / 4 + data.length), offset);
}
