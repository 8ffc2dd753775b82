import {
  add,
  cast,
  div,
  equal,
  mul,
  notEqual,
  pow,
  relu,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { type Method, oneOf, summed } from './method';

export interface GradCamPlusPlusOptions {
  /**
   * How the weight of a position is computed. Libraries differ; g is the gradient at the position and S its channel's sum of
   * features. 'paper' (default): equation 19, `g^2 / (2 g^2 + S g^3)`, computed as `1 / (2 + S g)`, or 0 where that is not finite.
   * The divisor is negative where `S g` is below -2, and close to 0 near -2. At earlier taps this happens at about every tenth
   * position, and one channel can then outweigh all others; `layerCam()` avoids the division. 'pgc': 1e-6 is added to the divisor as
   * in pytorch-grad-cam, which makes small gradients ineffective. 'torchcam': `g^2`, which is what torch-cam computes, because it
   * assigns the result of its division to a copy.
   */
  readonly variant?: 'paper' | 'pgc' | 'torchcam';
}

/**
 * Grad-CAM++: weights positive gradients so that several objects of one class count equally. Chattopadhay et
 * al. 2018. https://arxiv.org/abs/1710.11063
 *
 * @example
 * ```ts
 * const method = gradCamPlusPlus({ variant: 'pgc' }); // the figures of pytorch-grad-cam
 * const [{ map }] = await explain(model, images, { method, classIndex: 3 });
 * ```
 */
export function gradCamPlusPlus(options: GradCamPlusPlusOptions = {}): Method {
  const { variant = 'paper' } = options;
  oneOf(variant, ['paper', 'pgc', 'torchcam'], 'variant');
  return summed((features, gradient) => {
    const share = where(
      notEqual(gradient, 0),
      shareOf[variant](features, gradient),
      zerosLike(gradient),
    );
    return weighedPlusPlus(features, relu(gradient), share);
  });
}

const shareOf = {
  paper: (features: Tensor4D, gradient: Tensor4D): Tensor =>
    quotient(1, add(mul(sum(features, [1, 2], true), gradient), 2)),
  pgc: (features: Tensor4D, gradient: Tensor4D): Tensor => {
    const cubes = mul(sum(features, [1, 2], true), pow(gradient, 3));
    return div(square(gradient), add(add(mul(square(gradient), 2), cubes), 1e-6));
  },
  torchcam: (_: Tensor4D, gradient: Tensor4D): Tensor => square(gradient),
};

/** Divides `a` by `b`, with result 0 where `b` is 0. */
export function quotient(a: Tensor | number, b: Tensor): Tensor {
  const none = cast(equal(b, 0), 'float32');
  return div(mul(a, sub(1, none)), add(b, none));
}

/** Weights each channel of the features by the sum over all positions of the positive gradient times the position's share. */
export function weighedPlusPlus(features: Tensor4D, raising: Tensor, share: Tensor): Tensor4D {
  const [, height, width] = features.shape;
  const [, rows, columns] = raising.shape as [number, number, number];
  const weights = sum(mul(raising, share), [1, 2], true);
  // A gradient that is the same at all positions is stored once, but counts at every position.
  return mul(features, mul(weights, (height * width) / (rows * columns)));
}
