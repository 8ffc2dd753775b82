import { add, erf, mul, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { type Kwargs, only, register } from './register';

/** The exact Gaussian error linear unit: x times the normal distribution function of x, as in PyTorch's default. */
export class Gelu extends layers.Layer {
  static readonly className = 'ShroomGelu';

  override call(inputs: Tensor | Tensor[], _kwargs: Kwargs): Tensor {
    return tidy(() => {
      const x = only(inputs);
      return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
    });
  }
}

register(Gelu);
