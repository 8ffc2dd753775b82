import {
  add,
  dispose,
  div,
  mul,
  type NamedTensorMap,
  scalar,
  sqrt,
  square,
  sub,
  type Tensor,
  tidy,
  type Variable,
  variable,
  zerosLike,
} from '@tensorflow/tfjs-core';

export interface AdamOptions {
  /** Decay rates of the averages of gradients and of their squares. Default `[0.9, 0.999]`. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the average square. Default 1e-8. */
  readonly epsilon?: number;
  /** Added to the gradient, times the weight: PyTorch's coupled (L2) decay, not AdamW's. Default 0. */
  readonly weightDecay?: number;
}

/** What is needed to go on exactly where an optimiser was. */
export interface AdamState {
  readonly step: number;
  /** By variable name: averages of the gradient and of its square. */
  readonly averages: ReadonlyMap<string, { readonly first: Variable; readonly second: Variable }>;
}

/**
 * Adam with PyTorch's arithmetic. (The one in tfjs has no weight decay and a learning rate that cannot change.)
 *
 * @see Kingma & Ba 2015, algorithm 1. https://arxiv.org/abs/1412.6980
 * @see https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
 */
export class Adam {
  readonly #betas: readonly [number, number];
  readonly #epsilon: number;
  readonly #weightDecay: number;
  readonly #averages = new Map<string, { first: Variable; second: Variable }>();
  #step = 0;

  constructor(options: AdamOptions = {}) {
    const { betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 } = options;
    this.#betas = betas;
    this.#epsilon = epsilon;
    this.#weightDecay = weightDecay;
  }

  get state(): AdamState {
    return { step: this.#step, averages: this.#averages };
  }

  /** Moves every variable against its gradient, in place. */
  apply(variables: readonly Variable[], gradients: NamedTensorMap, learningRate: number): void {
    const [beta1, beta2] = this.#betas;
    this.#step += 1;
    // As tensors, so that an engine which compiles a step compiles it once, whatever the step and the rate.
    const stepSize = scalar(learningRate / (1 - beta1 ** this.#step));
    const correction = scalar(Math.sqrt(1 - beta2 ** this.#step));
    for (const weight of variables) {
      const gradient = gradients[weight.name];
      if (gradient) tidy(() => this.#update(weight, gradient, stepSize, correction));
    }
    dispose([stepSize, correction]);
  }

  #update(weight: Variable, gradient: Tensor, stepSize: Tensor, correction: Tensor): void {
    const [beta1, beta2] = this.#betas;
    const { first, second } = this.#averagesOf(weight);
    const decayed =
      this.#weightDecay === 0 ? gradient : add(gradient, mul(weight, this.#weightDecay));
    const m = add(mul(first, beta1), mul(decayed, 1 - beta1));
    const v = add(mul(second, beta2), mul(square(decayed), 1 - beta2));
    const denominator = add(div(sqrt(v), correction), this.#epsilon);
    first.assign(m);
    second.assign(v);
    weight.assign(sub(weight, mul(div(m, denominator), stepSize)));
  }

  #averagesOf(weight: Variable): { first: Variable; second: Variable } {
    let averages = this.#averages.get(weight.name);
    if (!averages) {
      averages = {
        first: variable(zerosLike(weight), false),
        second: variable(zerosLike(weight), false),
      };
      this.#averages.set(weight.name, averages);
    }
    return averages;
  }

  dispose(): void {
    for (const { first, second } of this.#averages.values()) dispose([first, second]);
    this.#averages.clear();
  }
}
