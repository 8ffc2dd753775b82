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
 * An exponential moving average of weights, which is often better than the weights it follows. It starts as the weights
 * are; after `n` updates the old average keeps the share `min(decay, (1 + n) / (10 + n))`, so that the start is soon
 * forgotten.
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
 * average.use(true); // the weight is 0.9, to be evaluated
 * average.use(false); // and 1 again, to be trained on
 * average.dispose();
 * ```
 */
export class WeightAverage {
  readonly #decay: number;
  readonly #weights: readonly Variable[];
  readonly #averages: readonly Variable[];
  #updates = 0;
  #inUse = false;

  /** @param decay 0 to below 1, such as 0.999. */
  constructor(weights: readonly Variable[], decay: number) {
    requireNumber('decay', decay, { least: 0, below: 1 });
    this.#decay = decay;
    this.#weights = weights;
    this.#averages = weights.map(weight => tidy(() => variable(weight.clone(), false)));
  }

  get updates(): number {
    return this.#updates;
  }

  /** Whether the weights hold their averages at present. */
  get inUse(): boolean {
    return this.#inUse;
  }

  /** What is not in the weights: their averages, or while those are in use the weights that training goes on with. */
  get aside(): readonly Variable[] {
    return this.#averages;
  }

  /** Takes the weights of one more step in. */
  update(): void {
    if (this.#inUse) throw new Error('The averages are in use; put the weights back first.');
    const kept = Math.min(this.#decay, (1 + this.#updates) / (10 + this.#updates));
    this.#updates += 1;
    tidy(() => {
      const taken = scalar(1 - kept);
      this.#averages.forEach((average, index) => {
        // As a difference, so that a weight that never changes keeps every bit.
        average.assign(add(average, mul(sub(this.#weights[index]!, average), taken)));
      });
    });
  }

  /** Puts the averages into the weights, or the weights back. */
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

  /** Goes on where another average of the same weights was, its averages not in use. */
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
