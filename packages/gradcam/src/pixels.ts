import {
  abs,
  add,
  div,
  max,
  mul,
  sum,
  type Tensor3D,
  type Tensor4D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { gradientOf } from './evidence';
import { loadGradients } from './loaded-gradients';
import { atLeastOne, customMethod, type Method } from './method';

/**
 * The size of the gradient, its largest over the channels. Simonyan et al. 2013. https://arxiv.org/abs/1312.6034
 *
 * For a split at the images; `hiResCam` there is gradient times input.
 */
export const saliency = (): Method =>
  customMethod((features, gradient) => {
    const [count, height, width] = features.shape;
    // A gradient that is the same everywhere is given once.
    return add(zeros([count, height, width]), max(abs(gradient), 3));
  });

export interface IntegratedGradientsOptions {
  /** Points between no features and all. Default 32. */
  readonly steps?: number;
}

/**
 * Integrated gradients from 0 to the features: over all places they sum to what the score gains. Sundararajan et al. 2017.
 * https://arxiv.org/abs/1703.01365
 *
 * For a split at the images, or at any tap; a gradient from there for each step.
 */
export function integratedGradients(options: IntegratedGradientsOptions = {}): Method {
  const { steps = 32 } = options;
  atLeastOne(steps, 'steps');
  return {
    needsGradient: false,
    map: async ({ parts, features, side, score, signal }) => {
      await loadGradients();
      return summed(steps, signal, step => {
        const scaled = mul(features, (step + 0.5) / steps) as Tensor4D;
        const { gradient, logits } = gradientOf(parts, { features: scaled, side }, score);
        logits.dispose();
        return sum(mul(features, div(gradient, steps)), 3);
      });
    },
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
