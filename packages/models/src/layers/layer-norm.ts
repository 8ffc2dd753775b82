import { add, mean, mul, rsqrt, square, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { type Kwargs, type LayerConfig, only, register } from './register';

export interface LayerNormConfig extends LayerConfig {
  /** Number added to the variance. ConvNeXt uses 1e-6. */
  readonly epsilon: number;
}

/**
 * Layer norm over the channels, the last axis, for any rank. The layer norm of tfjs-layers repeats the averages to the size of the
 * feature map; this one broadcasts them instead.
 * @see Ba et al. 2016. https://arxiv.org/abs/1607.06450
 */
export class LayerNorm extends layers.Layer {
  static readonly className = 'ShroomLayerNorm';
  readonly epsilon: number;
  #gamma!: LayerVariable;
  #beta!: LayerVariable;

  constructor(config: LayerNormConfig) {
    super(config);
    this.epsilon = config.epsilon;
  }

  override build(inputShape: number[]): void {
    const shape = [inputShape[inputShape.length - 1]!];
    this.#gamma = this.addWeight('gamma', shape, 'float32', initializers.ones());
    this.#beta = this.addWeight('beta', shape, 'float32', initializers.zeros());
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], _kwargs: Kwargs): Tensor {
    return tidy(() => {
      const x = only(inputs);
      const centered = sub(x, mean(x, -1, true));
      const deviation = rsqrt(add(mean(square(centered), -1, true), this.epsilon));
      return add(mul(mul(centered, deviation), this.#gamma.read()), this.#beta.read());
    });
  }

  override getConfig() {
    return { ...super.getConfig(), epsilon: this.epsilon };
  }
}

register(LayerNorm);
