import { mul, type Tensor } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { type Kwargs, only, register } from './register';

/**
 * Multiplies the output of a residual branch by one learned factor per channel.
 * @see Touvron et al. 2021, section 2. https://arxiv.org/abs/2103.17239
 */
export class LayerScale extends layers.Layer {
  static readonly className = 'ShroomLayerScale';
  #scale!: LayerVariable;

  override build(inputShape: number[]): void {
    const shape = [inputShape[inputShape.length - 1]!];
    // ConvNeXt starts with factors of 1e-6, so that each block begins almost as the identity.
    this.#scale = this.addWeight('scale', shape, 'float32', initializers.constant({ value: 1e-6 }));
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], _kwargs: Kwargs): Tensor {
    return mul(only(inputs), this.#scale.read());
  }
}

register(LayerScale);
