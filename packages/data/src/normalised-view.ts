import { type Pixels, writeNumbers } from '@shroom/pixels';
import { augment, plainView, type View } from './augmentation';
import { type Normalisation, normalisationTables, normalise } from './normalisation';
import { fixedPoint, rotation } from './transforms/affine';

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
  const tables = known.get(how) ?? normalisationTables(how);
  known.set(how, tables);
  const turn = fixedPoint(rotation(pixels, view.rotation));
  const { flipHorizontally, flipVertically } = view;
  const { channelOrder } = how;
  const numbers = { flipHorizontally, flipVertically, turn, tables, channelOrder };
  if (!writeNumbers(pixels, numbers, target, offset))
    normalise(augment(pixels, view), how, target, offset);
}
