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
   * How a place's weight is found, g being its gradient and S its channel's sum of features; libraries differ.
   * 'paper' (default): equation 19, `g^2 / (2 g^2 + S g^3)`, computed as `1 / (2 + S g)`, and 0 where that is not finite. The
   * divisor is negative where `S g` is below -2, and close to 0 near it: at earlier taps at about every tenth place, and a
   * channel can then outweigh all others. `layerCam()` divides by nothing.
   * 'pgc': with 1e-6 added to the divisor, in which small gradients drown, as in pytorch-grad-cam. 'torchcam': `g^2`, which is
   * what torch-cam computes: the division that it writes goes into a copy.
   */
  readonly variant?: 'paper' | 'pgc' | 'torchcam';
}

/**
 * Grad-CAM++: positive gradients, weighed so that several places of one class count alike. Chattopadhay et al. 2018.
 * https://arxiv.org/abs/1710.11063
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

/** `a / b`, and 0 where `b` is 0. */
export function quotient(a: Tensor | number, b: Tensor): Tensor {
  const none = cast(equal(b, 0), 'float32');
  return div(mul(a, sub(1, none)), add(b, none));
}

/** Features, each channel weighed by the sum over the places of what raises the score times its share. */
export function weighedPlusPlus(features: Tensor4D, raising: Tensor, share: Tensor): Tensor4D {
  const [, height, width] = features.shape;
  const [, rows, columns] = raising.shape as [number, number, number];
  const weights = sum(mul(raising, share), [1, 2], true);
  // A gradient that is the same everywhere is given once, and counts at every place.
  return mul(features, mul(weights, (height * width) / (rows * columns)));
}
