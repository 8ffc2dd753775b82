import {
  abs,
  add,
  div,
  max,
  min,
  mul,
  randomNormal,
  sub,
  sum,
  type Tensor3D,
  type Tensor4D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { gradientOf, type Procedure } from './evidence';
import type { Method } from './methods';

/**
 * The size of the gradient, its largest over the channels. Simonyan et al. 2013. https://arxiv.org/abs/1312.6034
 *
 * For a model that is tapped at the images; `hiResCam` there is gradient times input.
 */
export const saliency: Method = (features, gradient) => {
  const [count, height, width] = features.shape;
  // A gradient that is the same everywhere is given once.
  return add(zeros([count, height, width]), max(abs(gradient), 3));
};

export interface IntegratedGradientsOptions {
  /** Points between no features and all. Default 32. */
  readonly steps?: number;
}

/**
 * Integrated gradients from 0 to the features: over all places they sum to what the score gains. Sundararajan et al. 2017.
 * https://arxiv.org/abs/1703.01365
 *
 * For a model that is tapped at the images, or at any tap; a gradient from there for each step.
 */
export function integratedGradients(options: IntegratedGradientsOptions = {}): Procedure {
  const { steps = 32 } = options;
  return {
    needsGradient: false,
    map: ({ parts, features, side, score, signal }) =>
      summed(steps, signal, step => {
        const scaled = mul(features, (step + 0.5) / steps) as Tensor4D;
        const { gradient, logits } = gradientOf(parts, { features: scaled, side }, score);
        logits.dispose();
        return sum(mul(features, div(gradient, steps)), 3);
      }),
  };
}

export interface SmoothedOptions {
  /** Noisy copies of each image. Default 16. */
  readonly samples?: number;
  /** Standard deviation of the noise as a share of the image's range. Default 0.1. */
  readonly noise?: number;
  /** An integer. Default 0; every image of a batch gets the same noise. */
  readonly seed?: number;
}

/**
 * The mean of a method's maps over noisy copies of the image: SmoothGrad where the method is {@link saliency} and the tap is
 * at the images. Smilkov et al. 2017. https://arxiv.org/abs/1706.03825
 */
export function smoothed(method: Method, options: SmoothedOptions = {}): Procedure {
  const { samples = 16, noise = 0.1, seed = 0 } = options;
  return {
    needsGradient: false,
    map: ({ parts, images, score, signal }) =>
      summed(samples, signal, sample => {
        const [, ...shape] = images.shape;
        const range = sub(max(images, [1, 2, 3], true), min(images, [1, 2, 3], true));
        const drawn = randomNormal([1, ...shape], 0, noise, 'float32', seed * samples + sample + 1);
        const cut = parts.forward(add(images, mul(drawn, range)));
        try {
          const { gradient, logits } = gradientOf(parts, cut, score);
          logits.dispose();
          return div(method(cut.features, gradient), samples) as Tensor3D;
        } finally {
          cut.dispose();
        }
      }),
  };
}

/** The sum of maps, one at a time. */
async function summed(
  count: number,
  signal: AbortSignal | undefined,
  map: (index: number) => Tensor3D,
): Promise<Tensor3D> {
  let total: Tensor3D | undefined;
  try {
    for (let index = 0; index < count; index++) {
      signal?.throwIfAborted();
      const before: Tensor3D | undefined = total;
      total = tidy((): Tensor3D => (before ? add(before, map(index)) : map(index)));
      before?.dispose();
      // Lets an engine that works in the background keep up, and a caller stop.
      await Promise.resolve();
    }
  } catch (error) {
    total?.dispose();
    throw error;
  }
  return total!;
}
