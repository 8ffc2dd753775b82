import {
  add,
  dispose,
  mul,
  scalar,
  sub,
  type Tensor,
  tidy,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';
import { requireNumber } from '../options/requirements';

/**
 * An exponential moving average of weights, which is often better than the latest weights. The average starts with the
 * current weights. At update `n`, the old average keeps the share `min(decay, (1 + n) / (10 + n))`, so the initial weights
 * are soon forgotten.
 *
 * @see https://www.tensorflow.org/api_docs/python/tf/train/ExponentialMovingAverage
 * @example
 * ```ts
 * import { scalar, variable } from '@tensorflow/tfjs-core';
 *
 * const weight = variable(scalar(0));
 * const average = new WeightAverage([weight], 0.99);
 * weight.assign(scalar(1)); // a step of the optimizer
 * average.update();
 * average.use(true); // the weight is 0.9, for evaluation
 * average.use(false); // the weight is 1 again, to continue training
 * average.dispose();
 * ```
 */
export class WeightAverage {
  readonly #decay: number;
  readonly #weights: readonly Variable[];
  readonly #averages: readonly Variable[];
  #updates = 0;
  #inUse = false;

  /** @param decay Share of the old average that an update keeps, at least 0 and below 1, such as 0.999. */
  constructor(weights: readonly Variable[], decay: number) {
    requireNumber('decay', decay, { least: 0, below: 1 });
    this.#decay = decay;
    this.#weights = weights;
    this.#averages = weights.map(weight => tidy(() => variable(weight.clone(), false)));
  }

  get updates(): number {
    return this.#updates;
  }

  /** Whether the weights currently hold their averages. */
  get inUse(): boolean {
    return this.#inUse;
  }

  /**
   * The values that are currently not in the weights: the averages, or the latest weights while the averages are in use.
   */
  get aside(): readonly Variable[] {
    return this.#averages;
  }

  /** Includes the weights after one more step in the average. */
  update(): void {
    if (this.#inUse) throw new Error('The averages are in use. Call use(false) before update().');
    const kept = Math.min(this.#decay, (1 + this.#updates) / (10 + this.#updates));
    this.#updates += 1;
    tidy(() => {
      const taken = scalar(1 - kept);
      this.#averages.forEach((average, index) => {
        // Adds a difference, so that a weight that never changes keeps its exact value.
        average.assign(add(average, mul(sub(this.#weights[index]!, average), taken)));
      });
    });
  }

  /** Puts the averages into the weights (true), or puts the latest weights back (false). */
  use(inUse: boolean): void {
    if (inUse === this.#inUse) return;
    this.#inUse = inUse;
    tidy(() => {
      this.#averages.forEach((average, index) => {
        const weight = this.#weights[index]!;
        const value = weight.clone();
        weight.assign(average.clone());
        average.assign(value);
      });
    });
  }

  /** Restores an average of the same weights, whose averages were not in use. */
  restore(updates: number, averages: readonly Tensor[]): void {
    this.#updates = updates;
    tidy(() => {
      this.#averages.forEach((average, index) => {
        average.assign(averages[index]!.clone());
      });
    });
  }

  dispose(): void {
    dispose([...this.#averages]);
  }
}
