import {
  add,
  mul,
  type Scalar,
  scalar,
  sub,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import { requireNumber } from '../options/requirements';
import type { WeightGroup } from './optimizer';
import { SlotOptimizer } from './slot-optimizer';

export interface SgdOptions {
  /** Share of the last move that is made again, 0 to below 1. Default 0. */
  readonly momentum?: number;
  /** Whether the gradient counts as if the momentum had been followed already. Default false. */
  readonly nesterov?: boolean;
  /** Added to the gradient, times the weight. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent with PyTorch's arithmetic: the velocity is `momentum * velocity + gradient`, and the learning
 * rate is a factor on it, not in it.
 *
 * @throws RangeError for Nesterov's form without momentum, and naming an option that is invalid.
 * @see Sutskever et al. 2013. https://proceedings.mlr.press/v28/sutskever13.html
 * @see https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 * @example
 * ```ts
 * import { scalar, variable } from '@tensorflow/tfjs-core';
 *
 * const weight = variable(scalar(1), true, 'w');
 * const optimizer = new Sgd({ momentum: 0.9 });
 * optimizer.apply([weight], { w: scalar(1) }, 0.1); // 0.9
 * optimizer.apply([weight], { w: scalar(1) }, 0.1); // 0.71: 0.1, and 0.9 of the step before
 * optimizer.dispose();
 * ```
 */
export class Sgd extends SlotOptimizer<'velocity', { readonly rate: Scalar }> {
  readonly #momentum: number;
  readonly #nesterov: boolean;
  readonly #weightDecay: number;

  constructor(options: SgdOptions = {}) {
    super('velocity');
    const { momentum = 0, nesterov = false, weightDecay = 0 } = options;
    requireNumber('momentum', momentum, { least: 0, below: 1 });
    requireNumber('weightDecay', weightDecay, { least: 0 });
    if (nesterov && momentum <= 0)
      throw new RangeError(`Nesterov's form needs a momentum above 0; it is ${momentum}.`);
    this.#momentum = momentum;
    this.#nesterov = nesterov;
    this.#weightDecay = weightDecay;
  }

  protected numbersOf(_step: number, learningRate: number) {
    return { rate: scalar(learningRate) };
  }

  protected update(
    weight: Variable,
    gradient: Tensor,
    { rate }: { readonly rate: Scalar },
    group: WeightGroup,
  ): void {
    const { learningRateFactor: factor = 1, weightDecay = this.#weightDecay } = group;
    const decayed = weightDecay === 0 ? gradient : add(gradient, mul(weight, weightDecay));
    const move = this.#momentum === 0 ? decayed : this.#accelerated(weight, decayed);
    weight.assign(sub(weight, mul(move, factor === 1 ? rate : mul(rate, factor))));
  }

  #accelerated(weight: Variable, gradient: Tensor): Tensor {
    const { velocity } = this.slotsOf(weight);
    const faster = add(mul(velocity, this.#momentum), gradient);
    velocity.assign(faster);
    return this.#nesterov ? add(gradient, mul(faster, this.#momentum)) : faster;
  }
}
