import {
  add,
  cast,
  div,
  equal,
  greater,
  maximum,
  mean,
  moments,
  mul,
  notEqual,
  pow,
  relu,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';

/**
 * Weighs a feature map with its gradient.
 *
 * @param features `[N, h, w, C]`.
 * @param gradient Of the explained score by the features, `[N, h, w, C]` or `[N, 1, 1, C]` where it is the same everywhere.
 * @returns `[N, h, w]`, signed.
 */
export interface Method {
  (features: Tensor4D, gradient: Tensor4D): Tensor3D;
  /** The same before the channels are summed, `[N, h, w, C]`; where a method is such a sum. */
  readonly contributions?: Contributions;
}

type Contributions = (features: Tensor4D, gradient: Tensor4D) => Tensor4D;

/** A method that is a sum over the channels. */
const summed = (contributions: Contributions): Method =>
  Object.assign(
    (features: Tensor4D, gradient: Tensor4D): Tensor3D => sum(contributions(features, gradient), 3),
    { contributions },
  );

/** Mean gradient of each channel as its weight. Selvaraju et al. 2017, equations 1 and 2. https://arxiv.org/abs/1610.02391 */
export const gradCam: Method = /* @__PURE__ */ summed((features, gradient) =>
  mul(features, mean(gradient, [1, 2], true)),
);

/** Each place weighed by its own gradient. Draelos & Carin 2020. https://arxiv.org/abs/2011.08891 */
export const hiResCam: Method = /* @__PURE__ */ summed((features, gradient) =>
  mul(features, gradient),
);

/** Like HiResCAM, but only by what raises the score. Jiang et al. 2021. https://doi.org/10.1109/TIP.2021.3089943 */
export const layerCam: Method = /* @__PURE__ */ summed((features, gradient) =>
  mul(features, relu(gradient)),
);

/** Only the places and channels that raise the score, each by its own gradient; as pytorch-grad-cam has it. */
export const gradCamElementWise: Method = /* @__PURE__ */ summed((features, gradient) =>
  maximum(mul(features, gradient), 0),
);

export interface GradCamPlusPlusOptions {
  /**
   * How a place's weight is found, g being its gradient and S its channel's sum of features; libraries differ.
   * 'paper' (default): equation 19, `g^2 / (2 g^2 + S g^3)`, computed as `1 / (2 + S g)`, and 0 where that is not finite.
   * 'pgc': with 1e-6 added to the denominator, in which small gradients drown, as in pytorch-grad-cam. 'torchcam': with the
   * sum of `g^3 A` over the places for `S g^3`, and 1e-8.
   */
  readonly variant?: 'paper' | 'pgc' | 'torchcam';
}

/** Grad-CAM++: positive gradients, weighed so that several places of one class count alike. Chattopadhay et al. 2018. https://arxiv.org/abs/1710.11063 */
export function gradCamPlusPlus(options: GradCamPlusPlusOptions = {}): Method {
  const { variant = 'paper' } = options;
  return summed((features, gradient) => {
    const share = where(
      notEqual(gradient, 0),
      shareOf[variant](features, gradient),
      zerosLike(gradient),
    );
    const weights = sum(mul(relu(gradient), share), [1, 2], true);
    // A gradient that is the same everywhere is given once, and counts at every place.
    const [, height, width] = features.shape;
    return mul(features, mul(weights, (height * width) / (gradient.shape[1] * gradient.shape[2])));
  });
}

const shareOf = {
  paper: (features: Tensor4D, gradient: Tensor4D): Tensor => {
    const divisor = add(mul(sum(features, [1, 2], true), gradient), 2);
    const none = cast(equal(divisor, 0), 'float32');
    return div(sub(1, none), add(divisor, none));
  },
  pgc: (features: Tensor4D, gradient: Tensor4D): Tensor => {
    const cubes = mul(sum(features, [1, 2], true), pow(gradient, 3));
    return div(square(gradient), add(add(mul(square(gradient), 2), cubes), 1e-6));
  },
  torchcam: (features: Tensor4D, gradient: Tensor4D): Tensor => {
    const cubes = sum(mul(pow(gradient, 3), features), [1, 2], true);
    return div(square(gradient), add(add(mul(square(gradient), 2), cubes), 1e-8));
  },
};

/**
 * XGrad-CAM: each channel's gradient, weighed by where the channel is active. Fu et al. 2020. https://arxiv.org/abs/2008.02312
 *
 * Divides by each channel's sum. Where features can be negative, as before a ReLU, that sum can be close to 0 and the
 * channel then outweighs all others.
 */
export const xGradCam: Method = /* @__PURE__ */ summed((features, gradient) => {
  const total = add(sum(features, [1, 2], true), 1e-7);
  return mul(features, div(sum(mul(features, gradient), [1, 2], true), total));
});

/**
 * FEM: channels weighed by how many of their places are far above their mean; no class is asked for. Fuad et al. 2020.
 * https://hal.science/hal-02963298
 *
 * @param deviations How far, in standard deviations of the channel. Default 2.
 */
export function fem(deviations = 2): Method {
  return summed(features => {
    const { mean: middle, variance } = moments(features, [1, 2], true);
    const rare = greater(features, add(middle, mul(sqrt(variance), deviations)));
    return mul(features, mean(cast(rare, 'float32'), [1, 2], true));
  });
}
