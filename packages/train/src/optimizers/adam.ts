import {
  add,
  div,
  mul,
  type Scalar,
  scalar,
  sqrt,
  square,
  sub,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import { requireInteger, requireNumber } from '../options/requirements';
import type { WeightGroup } from './optimizer';
import { SlotOptimizer } from './slot-optimizer';

export interface AdamOptions {
  /** Decay rates of the moving averages of the gradients and of their squares. Default `[0.9, 0.999]`. */
  readonly betas?: readonly [number, number];
  /** Added to the square root of the average square, for numerical stability. Default 1e-8. */
  readonly epsilon?: number;
  /**
   * Weight decay. `Adam` adds weight decay * weight to the gradient; `AdamW` subtracts learning rate * weight decay *
   * weight. Default 0.
   */
  readonly weightDecay?: number;
}

/**
 * The numbers that change from step to step. They are tensors, so that an engine that compiles the step compiles it only
 * once.
 */
type StepNumbers = {
  readonly learningRate: Scalar;
  /** Factor on the ratio of the two sums. */
  readonly stepSize: Scalar;
  /** Added to the square root of the sum of squares. */
  readonly epsilon: Scalar;
};

/**
 * Adam with PyTorch's arithmetic and coupled (L2) weight decay. (The Adam of tfjs has no weight decay, and its learning
 * rate cannot change.)
 *
 * The optimizer keeps decaying sums instead of averages; an average is `1 - beta` times the sum. All constant factors then
 * are part of the step size, which saves a sixth of the passes over the memory of the weights.
 *
 * @see Kingma & Ba 2015, algorithm 1. https://arxiv.org/abs/1412.6980
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
 * @example
 * ```ts
 * import { scalar, variable } from '@tensorflow/tfjs-core';
 *
 * const weight = variable(scalar(1), true, 'w');
 * const optimizer = new Adam();
 * optimizer.apply([weight], { w: scalar(4) }, 0.1); // 0.9: the first step has the length of the learning rate
 * optimizer.dispose(); // disposes the sums, but not the weight
 * ```
 */
export class Adam extends SlotOptimizer<'sum' | 'squares', StepNumbers> {
  readonly #betas: readonly [number, number];
  readonly #epsilon: number;
  readonly #weightDecay: number;

  /** @throws RangeError naming the invalid option. */
  constructor(options: AdamOptions = {}) {
    super('sum', 'squares');
    const { betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 } = options;
    betas.forEach((beta, index) => {
      requireNumber(`betas[${index}]`, beta, { least: 0, below: 1 });
    });
    requireInteger('betas.length', betas.length, { least: 2, most: 2 });
    requireNumber('epsilon', epsilon, { least: 0 });
    requireNumber('weightDecay', weightDecay, { least: 0 });
    this.#betas = betas;
    this.#epsilon = epsilon;
    this.#weightDecay = weightDecay;
  }

  protected numbersOf(step: number, learningRate: number): StepNumbers {
    const [beta1, beta2] = this.#betas;
    // These factors turn sums into averages without bias.
    const first = (1 - beta1) / (1 - beta1 ** step);
    const second = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
    return {
      learningRate: scalar(learningRate),
      stepSize: scalar((learningRate * first) / second),
      epsilon: scalar(this.#epsilon / second),
    };
  }

  protected update(
    weight: Variable,
    gradient: Tensor,
    numbers: StepNumbers,
    group: WeightGroup,
  ): void {
    const [beta1, beta2] = this.#betas;
    const { learningRateFactor: factor = 1, weightDecay = this.#weightDecay } = group;
    const slots = this.slotsOf(weight);
    const decayed = this.decayed(weight, gradient, weightDecay, numbers.learningRate, factor);
    const total = add(mul(slots.sum, beta1), decayed.gradient);
    const squares = add(mul(slots.squares, beta2), square(decayed.gradient));
    const ratio = div(total, add(sqrt(squares), numbers.epsilon));
    const stepSize = factor === 1 ? numbers.stepSize : mul(numbers.stepSize, factor);
    slots.sum.assign(total);
    slots.squares.assign(squares);
    weight.assign(sub(decayed.weight, mul(ratio, stepSize)));
  }

  /** Applies weight decay to the weight or to the gradient, and returns both. */
  protected decayed(
    weight: Tensor,
    gradient: Tensor,
    decay: number,
    _learningRate: Scalar,
    _factor: number,
  ): { readonly weight: Tensor; readonly gradient: Tensor } {
    return { weight, gradient: decay === 0 ? gradient : add(gradient, mul(weight, decay)) };
  }
}
