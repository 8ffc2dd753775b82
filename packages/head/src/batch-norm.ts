import { add, mean, mul, rsqrt, square, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';

type Kwargs = Parameters<layers.Layer['call']>[1];

/** Weight of a new batch in the running averages. The value is PyTorch's default. */
const momentum = 0.1;
const epsilon = 1e-5;

/**
 * Batch norm of vectors `[N, C]` with PyTorch's arithmetic: in training the batch is normalized by its biased variance, while
 * the running variance is updated with the unbiased one. (tfjs-layers uses the biased variance for both, and normalizes by
 * the batch even when the layer is frozen.)
 *
 * The layer is saved as tfjs-layers' own `BatchNormalization`, which computes the same in inference, so that a saved
 * head can be loaded without this package.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 *
 * const norm = new BatchNorm();
 * const batch = norm.apply(tensor2d([[1], [3]]), { training: true }); // [[-1], [1]], nearly
 * const [, , mean, variance] = norm.getWeights(); // 0.2 and 1.1: a tenth of the way from 0 and 1 to 2 and 2
 * ```
 */
export class BatchNorm extends layers.Layer {
  static readonly className = 'BatchNormalization';
  #gamma!: LayerVariable;
  #beta!: LayerVariable;
  #movingMean!: LayerVariable;
  #movingVariance!: LayerVariable;

  override build(inputShape: number[]): void {
    const shape = [inputShape[inputShape.length - 1]!];
    const ones = initializers.ones();
    const zeros = initializers.zeros();
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

  /** @throws Error when a training batch has only one sample, whose variance is meaningless. */
  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor {
    return tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      const training = Boolean(kwargs?.training) && this.trainable;
      if (!training)
        return this.#normalize(x, this.#movingMean.read(), this.#movingVariance.read());

      const count = x.shape[0]!;
      if (count < 2)
        throw new Error(
          `${this.name}: a batch in training needs at least 2 samples; it has ${count}.`,
        );
      const batchMean = mean(x, 0);
      const centered = sub(x, batchMean);
      const batchVariance = mean(square(centered), 0);
      this.#track(this.#movingMean, batchMean);
      this.#track(this.#movingVariance, mul(batchVariance, count / (count - 1)));
      const scale = mul(this.#gamma.read(), rsqrt(add(batchVariance, epsilon)));
      return add(mul(centered, scale), this.#beta.read());
    });
  }

  #normalize(x: Tensor, average: Tensor, variance: Tensor): Tensor {
    const scale = mul(this.#gamma.read(), rsqrt(add(variance, epsilon)));
    return add(mul(sub(x, average), scale), this.#beta.read());
  }

  #track(running: LayerVariable, batch: Tensor): void {
    running.write(add(mul(running.read(), 1 - momentum), mul(batch, momentum)));
  }

  override getConfig() {
    // tfjs-layers defines momentum as the weight of the old average, so the value is converted.
    return {
      ...super.getConfig(),
      axis: -1,
      momentum: 1 - momentum,
      epsilon,
      center: true,
      scale: true,
    };
  }
}
