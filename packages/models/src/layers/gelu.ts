import { add, erf, mul, sigmoid, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { type Kwargs, type LayerConfig, only, register } from './register';

export interface GeluConfig extends LayerConfig {
  /** Whether the distribution function is replaced by the logistic function of 1.702 x, as in OpenAI's CLIP. Default false. */
  readonly quick?: boolean;
}

/** The exact Gaussian error linear unit: x times the normal distribution function of x, as in PyTorch's default. */
export class Gelu extends layers.Layer {
  static readonly className = 'ShroomGelu';
  readonly quick: boolean;

  constructor(config: GeluConfig = {}) {
    super(config);
    this.quick = config.quick ?? false;
  }

  override call(inputs: Tensor | Tensor[], _kwargs: Kwargs): Tensor {
    return tidy(() => {
      const x = only(inputs);
      if (this.quick) return mul(x, sigmoid(mul(x, 1.702)));
      return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
    });
  }

  override getConfig() {
    return { ...super.getConfig(), ...(this.quick && { quick: true }) };
  }
}

register(Gelu);
