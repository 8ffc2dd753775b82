import {
  add,
  dispose,
  div,
  mul,
  pow,
  relu,
  square,
  sum,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { gradientOf } from '../evidence';
import { quotient, weighedPlusPlus } from './grad-cam-plus-plus';
import { atLeastOne, atLeastZero, type Method } from './method';
import { eachNoisy, type SmoothedOptions } from './noisy-copies';

/**
 * Smooth Grad-CAM++: Grad-CAM++ whose first, second and third derivatives are means over noisy copies of the image, applied to the features
 * of the original image. Omeiza et al. 2019. https://arxiv.org/abs/1908.01224
 *
 * For the mean of the maps of noisy copies, use `smoothed(gradCamPlusPlus())`.
 *
 * @example
 * ```ts
 * const method = smoothGradCamPlusPlus({ samples: 32, noise: 0.2, seed: 1 });
 * const [{ map }] = await explain(model, images, { method, signal });
 * ```
 */
export function smoothGradCamPlusPlus(options: SmoothedOptions = {}): Method {
  const samples = atLeastOne(options.samples ?? 16, 'samples');
  atLeastZero(options.noise ?? 0, 'noise');
  return {
    needsGradient: false,
    map: async ({ parts, images, features, score, signal }) => {
      let sums: Tensor[] = [];
      try {
        await eachNoisy(images, options, signal, async copy => {
          const cut = parts.forward(copy);
          try {
            const { gradient, logits } = await gradientOf(parts, cut, score);
            logits.dispose();
            const before = sums;
            sums = tidy(() =>
              [gradient, square(gradient), pow(gradient, 3)].map((power, order) =>
                before[order] ? add(before[order], power) : power.clone(),
              ),
            );
            dispose([gradient, ...before]);
          } finally {
            cut.dispose();
          }
        });
        return tidy(() => {
          const [first, second, third] = sums.map(total => div(total, samples)) as [
            Tensor4D,
            Tensor4D,
            Tensor4D,
          ];
          const cubes = mul(third, sum(features, [1, 2], true));
          const share = quotient(second, add(mul(second, 2), cubes));
          return sum(weighedPlusPlus(features, relu(first), share), 3) as Tensor3D;
        });
      } finally {
        dispose(sums);
      }
    },
  };
}
