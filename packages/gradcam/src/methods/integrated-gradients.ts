import {
  add,
  dispose,
  div,
  mul,
  type Rank,
  sum,
  type Tensor3D,
  type Tensor4D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { gradientOf } from '../evidence';
import { atLeastOne, type Method } from './method';

export interface IntegratedGradientsOptions {
  /** Number of points between zero features and the actual features. Default 32. */
  readonly steps?: number;
}

/**
 * Integrated gradients from zero features to the actual ones. Summed over all positions, they equal the increase of the score. Sundararajan
 * et al. 2017. https://arxiv.org/abs/1703.01365
 *
 * The model can be tapped at the images or at any layer. The method computes one gradient per step, from the tap on.
 *
 * @example
 * ```ts
 * const tap = model.inputs[0].name; // looks at pixels
 * const [{ signed }] = await explain(model, images, { method: integratedGradients({ steps: 64 }), tap });
 * // The sum of signed.values is the logit of the image less that of an image of zeros, the closer the more steps.
 * ```
 */
export function integratedGradients(options: IntegratedGradientsOptions = {}): Method {
  const { steps = 32 } = options;
  atLeastOne(steps, 'steps');
  return {
    needsGradient: false,
    map: async ({ parts, features, side, score, signal }) => {
      let total = tidy(() => zeros<Rank.R3>(features.shape.slice(0, 3) as Tensor3D['shape']));
      try {
        for (let step = 0; step < steps; step++) {
          signal?.throwIfAborted();
          const scaled = mul(features, (step + 0.5) / steps) as Tensor4D;
          const { gradient, logits } = await gradientOf(parts, { features: scaled, side }, score);
          const before = total;
          total = tidy(() => add(before, sum(mul(features, div(gradient, steps)), 3)));
          dispose([scaled, gradient, logits, before]);
        }
        return total;
      } catch (error) {
        total.dispose();
        throw error;
      }
    },
  };
}
