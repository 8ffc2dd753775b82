import {
  add,
  batchNorm,
  moments,
  mul,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { type Kwargs, type LayerConfig, only, register } from './register';

export interface BatchNormConfig extends LayerConfig {
  /** Number added to the variance. PyTorch's default is 1e-5. */
  readonly epsilon: number;
  /** Weight of a new batch in the running averages, as PyTorch defines it. Default 0.1. */
  readonly momentum?: number;
}

/**
 * Batch norm over the channels of `[N, H, W, C]`, with PyTorch's arithmetic: in training the batch is normalized by its biased variance,
 * while the running variance is updated with the unbiased one.
 *
 * When frozen (`trainable = false`) it uses the running averages and does not change them, also in `model.fit`. The batch norm
 * of tfjs-layers differs in both respects.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
 */
export class BatchNorm extends layers.Layer {
  static readonly className = 'ShroomBatchNorm';
  readonly epsilon: number;
  readonly #momentum: number;
  #gamma!: LayerVariable;
  #beta!: LayerVariable;
  #movingMean!: LayerVariable;
  #movingVariance!: LayerVariable;

  constructor(config: BatchNormConfig) {
    super(config);
    this.epsilon = config.epsilon;
    this.#momentum = config.momentum ?? 0.1;
  }

  override build(inputShape: number[]): void {
    const shape = [inputShape[inputShape.length - 1]!];
    const [zeros, ones] = [initializers.zeros(), initializers.ones()];
    this.#gamma = this.addWeight('gamma', shape, 'float32', ones);
    this.#beta = this.addWeight('beta', shape, 'float32', zeros);
    this.#movingMean = this.addWeight('moving_mean', shape, 'float32', zeros, undefined, false);
    this.#movingVariance = this.addWeight(
      'moving_variance',
      shape,
      'float32',
      ones,
      undefined,
      false,
    );
    this.built = true;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor {
    return tidy(() => {
      const x = only(inputs) as Tensor4D;
      // Freezing a model sets the flag of its layers' weights but not of the layers, and a Sequential
      // around it resets the flag of the layers.
      const frozen = !this.trainable || !this.#gamma.trainable;
      const training = Boolean(kwargs?.training) && !frozen;
      if (!training)
        return this.#normalize(x, this.#movingMean.read(), this.#movingVariance.read());
      const { mean, variance } = moments(x, [0, 1, 2]);
      const count = x.size / mean.size;
      if (count < 2) {
        throw new Error(
          `${this.name}: in training a channel needs 2 values or more, it has ${count}.`,
        );
      }
      this.#track(this.#movingMean, mean);
      this.#track(this.#movingVariance, mul(variance, count / (count - 1)));
      return this.#normalize(x, mean, variance);
    });
  }

  #normalize(x: Tensor4D, mean: Tensor, variance: Tensor): Tensor {
    return batchNorm(
      x,
      mean as Tensor1D,
      variance as Tensor1D,
      this.#beta.read() as Tensor1D,
      this.#gamma.read() as Tensor1D,
      this.epsilon,
    );
  }

  #track(running: LayerVariable, batch: Tensor): void {
    running.write(add(mul(running.read(), 1 - this.#momentum), mul(batch, this.#momentum)));
  }

  override getConfig() {
    return { ...super.getConfig(), epsilon: this.epsilon, momentum: this.#momentum };
  }
}

register(BatchNorm);
