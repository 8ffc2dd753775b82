import {
  mul,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor4d,
} from '@tensorflow/tfjs-core';
import type { HeatMap } from '../explain';
import { activated } from '../model/logits';
import type { PreparedModel } from '../model/prepared';

/**
 * Treats a segmentation model as a classifier of one region: its logits are summed over all positions of `[N, H, W, K]` within a mask.
 * Every method, target and metric then explains that region, as with pytorch-grad-cam's `SemanticSegmentationTarget`.
 *
 * In explanations, `probabilities` is the mean of the model's own output within the mask, and `logits` are the sums.
 *
 * @param mask Mask of the output's size, the same for all images; 1 inside, 0 outside.
 * @throws RangeError when the sizes differ, or when the mask is empty.
 * @example
 * ```ts
 * const region = withinMask(prepareModel(model), mask); // model gives [N, 224, 224, 9]
 * const [{ map }] = await explain(region, images, { classIndex: 3 });
 * ```
 */
export function withinMask(
  parts: PreparedModel,
  mask: Pick<HeatMap, 'height' | 'width'> & { readonly values: ArrayLike<number> },
): PreparedModel {
  const { height, width, values } = mask;
  const weights = Float32Array.from(values);
  const area = weights.reduce((total, value) => total + value, 0);
  const fits = weights.length === height * width && weights.every(value => value >= 0);
  if (!fits || !(area > 0 && area < Infinity))
    throw new RangeError(
      `A mask should have ${height} x ${width} numbers of 0 or more, and something inside; it has ${weights.length}, whose sum is ${area}.`,
    );
  const inside = (outputs: Tensor, share = 1): Tensor2D => {
    if (outputs.rank !== 4 || outputs.shape[1] !== height || outputs.shape[2] !== width) {
      throw new RangeError(
        `A mask of ${height} x ${width} needs logits of [N, ${height}, ${width}, K]; the model's are [${outputs.shape.join(', ')}].`,
      );
    }
    const inner = mul(outputs, tensor4d(weights, [1, height, width, 1]));
    return sum(mul(inner, share), [1, 2]) as Tensor2D;
  };
  const tail: PreparedModel['tail'] = (features, side) => inside(parts.tail(features, side));
  return {
    ...parts,
    pooled: false,
    // A sum of logits is not the logit of a probability.
    link: 'linear',
    output: { ...parts.output, facts: async () => ({ asIs: true, embedding: false }) },
    tail,
    own: (features, side) => inside(activated(parts.link, parts.tail(features, side)), 1 / area),
    ...(parts.through && {
      through: (images, passed) => inside(parts.through!(images, passed)),
    }),
    ...(parts.predict && {
      predict: (images: Tensor4D) => inside(parts.predict!(images), 1 / area),
    }),
  };
}
