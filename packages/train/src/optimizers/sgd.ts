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
  /** Momentum: the share of the previous velocity that is kept, at least 0 and below 1. Default 0. */
  readonly momentum?: number;
  /** Whether to use Nesterov momentum. Default false. */
  readonly nesterov?: boolean;
  /** Weight decay: this factor times the weight is added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent with PyTorch's arithmetic: the velocity is `momentum * velocity + gradient`, and each step
 * subtracts the learning rate times the velocity.
 *
 * @throws RangeError for Nesterov momentum without momentum, and naming an invalid option.
 * @see Sutskever et al. 2013. https://proceedings.mlr.press/v28/sutskever13.html
 * @see https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 * @example
 * ```ts
 * import { scalar, variable } from '@tensorflow/tfjs-core';
 *
 * const weight = variable(scalar(1), true, 'w');
 * const optimizer = new Sgd({ momentum: 0.9 });
 * optimizer.apply([weight], { w: scalar(1) }, 0.1); // 0.9
 * optimizer.apply([weight], { w: scalar(1) }, 0.1); // 0.71: subtracts 0.1 and 0.9 of the previous step
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
      throw new RangeError(`Nesterov momentum needs a momentum above 0, not ${momentum}.`);
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
