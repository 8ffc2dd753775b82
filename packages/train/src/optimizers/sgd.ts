import {
  add,
  mul,
  type NamedTensorMap,
  scalar,
  sub,
  type Tensor,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import { requireNumber } from '../options/requirements';
import {
  type Optimizer,
  type OptimizerState,
  oneGroup,
  requireDistinct,
  Slots,
  type WeightGroup,
} from './optimizer';

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
 * @throws RangeError for Nesterov's form without momentum, and for a number that cannot be, naming it.
 * @see Sutskever et al. 2013. https://proceedings.mlr.press/v28/sutskever13.html
 * @see https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
 */
export class Sgd implements Optimizer {
  readonly #momentum: number;
  readonly #nesterov: boolean;
  readonly #weightDecay: number;
  readonly #slots = new Slots('velocity');
  #step = 0;

  constructor(options: SgdOptions = {}) {
    const { momentum = 0, nesterov = false, weightDecay = 0 } = options;
    requireNumber('momentum', momentum, { least: 0, below: 1 });
    requireNumber('weightDecay', weightDecay, { least: 0 });
    if (nesterov && momentum <= 0)
      throw new RangeError(`Nesterov's form needs a momentum above 0; it is ${momentum}.`);
    this.#momentum = momentum;
    this.#nesterov = nesterov;
    this.#weightDecay = weightDecay;
  }

  get state(): OptimizerState {
    return { step: this.#step, slots: this.#slots.all };
  }

  restore({ step, slots }: OptimizerState): void {
    this.#step = step;
    this.#slots.restore(slots);
  }

  apply(
    variables: readonly Variable[],
    gradients: NamedTensorMap,
    learningRate: number,
    groupOf: (variable: string) => WeightGroup = oneGroup,
  ): void {
    requireDistinct(variables);
    this.#step += 1;
    const rate = scalar(learningRate);
    for (const weight of variables) {
      const gradient = gradients[weight.name];
      if (gradient) tidy(() => this.#update(weight, gradient, rate, groupOf(weight.name)));
    }
    rate.dispose();
  }

  #update(weight: Variable, gradient: Tensor, rate: Tensor, group: WeightGroup): void {
    const { learningRateFactor: factor = 1, weightDecay = this.#weightDecay } = group;
    const decayed = weightDecay === 0 ? gradient : add(gradient, mul(weight, weightDecay));
    const move = this.#momentum === 0 ? decayed : this.#accelerated(weight, decayed);
    weight.assign(sub(weight, mul(move, factor === 1 ? rate : mul(rate, factor))));
  }

  #accelerated(weight: Variable, gradient: Tensor): Tensor {
    const { velocity } = this.#slots.of(weight);
    const faster = add(mul(velocity, this.#momentum), gradient);
    velocity.assign(faster);
    return this.#nesterov ? add(gradient, mul(faster, this.#momentum)) : faster;
  }

  dispose(): void {
    this.#slots.dispose();
  }
}
