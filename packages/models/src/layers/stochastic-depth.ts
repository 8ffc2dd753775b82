import { div, floor, mul, randomUniform, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { type Kwargs, type LayerConfig, only, register } from './register';

export interface StochasticDepthConfig extends LayerConfig {
  /** Probability that this branch is skipped for a sample in training, at least 0 and below 1. */
  readonly rate: number;
  /**
   * Seed. Each batch draws new random numbers from it and from the seed of the call, or from the number of earlier
   * calls if the call has no seed. Default 0.
   */
  readonly seed?: number;
}

/**
 * Stochastic depth: in training, skips a residual branch for random samples and scales it up for the
 * others. In inference it changes nothing.
 * @see Huang et al. 2016. https://arxiv.org/abs/1603.09382
 */
export class StochasticDepth extends layers.Layer {
  static readonly className = 'ShroomStochasticDepth';
  readonly #rate: number;
  readonly #seed: number;
  #batches = 0;

  constructor(config: StochasticDepthConfig) {
    super(config);
    this.#rate = config.rate;
    this.#seed = config.seed ?? 0;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor {
    const x = only(inputs);
    if (!kwargs?.training || this.#rate === 0) return x.clone();
    const keep = 1 - this.#rate;
    const call = (kwargs.seed as number | undefined) ?? this.#batches++;
    const seed = `${this.name} ${this.#seed} ${call}`;
    return tidy(() => {
      const shape = x.shape.map((size, axis) => (axis === 0 ? size : 1));
      const kept = floor(randomUniform(shape, keep, 1 + keep, 'float32', seed));
      return mul(x, div(kept, keep));
    });
  }

  override getConfig() {
    return { ...super.getConfig(), rate: this.#rate, seed: this.#seed };
  }
}

register(StochasticDepth);
