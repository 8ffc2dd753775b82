import { type Pixels, writeNumbers } from '@shroom/pixels';
import { augment, plainView, type View } from './augmentation';
import { type Normalization, normalizationTables, normalize } from './normalization';
import { fixedPoint, rotation } from './transforms/affine';

/** Lookup tables by normalization; they are the same for all photos of a batch. */
const known = new WeakMap<Normalization, readonly Float32Array[]>();

/** The same numbers as `normalize` of `augment`, in one pass. @param how Must not be changed later. */
export function normalizeView(
  pixels: Pixels,
  view: View = plainView,
  how: Normalization,
  target: Float32Array,
  offset: number,
): void {
  const tables = known.get(how) ?? normalizationTables(how);
  known.set(how, tables);
  const turn = fixedPoint(rotation(pixels, view.rotation));
  const { flipHorizontally, flipVertically } = view;
  const { channelOrder } = how;
  const numbers = { flipHorizontally, flipVertically, turn, tables, channelOrder };
  if (!writeNumbers(pixels, numbers, target, offset))
    normalize(augment(pixels, view), how, target, offset);
}
