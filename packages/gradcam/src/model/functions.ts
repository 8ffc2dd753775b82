import { keep, type Tensor, type Tensor2D, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import type { Link } from './logits';
import type { PreparedModel } from './prepared';
import { refusePooled, TapError } from './tap';

export interface PrepareFunctionsOptions {
  /** Name of the feature map in results. Default 'features'. */
  readonly tap?: string;
  /** How the model computes its output from the logits. Default: softmax, or sigmoid if there is only one logit. */
  readonly link?: Link;
  /** The whole model, from images to its output `[N, K]`. The first explanation is checked against it. */
  readonly predict?: (images: Tensor4D) => Tensor;
}

/**
 * Prepares a model that is already in two parts: a function from images to a feature map, and a function from the feature map to logits.
 *
 * @param example `[N, H, W, C]`. Both functions run on it once, to find the shapes.
 * @throws TapError when the feature map is not `[N, h, w, C]` or the logits are not `[N, K]`.
 * @example
 * ```ts
 * import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
 *
 * const [backbone, head] = [tinyNet([224, 224, 3]), tinyNet([7, 7, 512], 9)];
 * const parts = prepareFunctions(
 *   photos => backbone.apply(photos) as Tensor4D,
 *   features => head.apply(features) as Tensor2D, // logits
 *   images,
 * );
 * const [{ map }] = await explain(parts, images);
 * ```
 */
export function prepareFunctions(
  head: (images: Tensor4D) => Tensor4D,
  tail: (features: Tensor4D) => Tensor2D,
  example: Tensor4D,
  options: PrepareFunctionsOptions = {},
): PreparedModel {
  const { tap = 'features', predict } = options;
  const shapes = tidy(() => {
    const features = head(example);
    return { features: features.shape, logits: tail(features).shape };
  });
  if (shapes.features.length !== 4 || shapes.logits.length !== 2) {
    throw new TapError(
      `The first part should give [N, h, w, C] and the second [N, K]; they give [${shapes.features}] and [${shapes.logits}].`,
    );
  }
  const [, count] = shapes.logits;
  const { link = count === 1 ? 'sigmoid' : 'softmax' } = options;
  return {
    tap,
    channels: shapes.features[3],
    classes: count === 1 && link === 'sigmoid' ? 2 : count,
    pooled: false,
    link,
    output: {
      name: 'logits',
      activations: ['the second function'],
      all: `[${shapes.logits.join(', ')}]`,
      facts: async () => ({ asIs: false, embedding: false }),
    },
    ...(predict && { predict }),
    forward: (images: Tensor) => {
      const features = tidy(() => keep(head(images as Tensor4D).clone()));
      return { features, side: [], dispose: () => features.dispose() };
    },
    tail,
    pooledTail: () => refusePooled(tap),
  };
}
