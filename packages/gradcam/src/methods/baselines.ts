import type { Tensor } from '@tensorflow/tfjs-core';
import { atLeastOne, oneOf } from './method';

/**
 * An image without what is explained: `zero`, the `mean` color of the image, the image
 * itself but blurred (`blur`, by a tenth of its longer side), an image of one color in
 * the model's units, or images of your own `[1, H, W, C]` or `[N, H, W, C]`. With a tap at a layer, `zero` is zero features; the others are
 * the features of such an image.
 */
export type Baseline = 'zero' | 'mean' | 'blur' | { readonly color: readonly number[] } | Tensor;

/** Returns the baselines as a list. @throws RangeError when there is none, or one has an unknown name. */
export function checkedBaselines(given: Baseline | readonly Baseline[]): readonly Baseline[] {
  const all = Array.isArray(given) ? (given as readonly Baseline[]) : [given as Baseline];
  atLeastOne(all.length, 'the number of baselines');
  for (const each of all)
    if (typeof each === 'string') oneOf(each, ['zero', 'mean', 'blur'], 'baseline');
  return all;
}
