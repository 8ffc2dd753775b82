import {
  dispose,
  type NamedTensorMap,
  type Tensor,
  tidy,
  type Variable,
  variable,
  zerosLike,
} from '@tensorflow/tfjs-core';

/** How the weights of a group are moved, apart from the others. */
export interface WeightGroup {
  /** Factor on the learning rate. Default 1. */
  readonly learningRateFactor?: number;
  /** Instead of the optimizer's own. */
  readonly weightDecay?: number;
}

/** What is needed to go on exactly where an optimizer was. */
export interface OptimizerState {
  /** Steps taken. */
  readonly step: number;
  /** By variable name: what the optimizer remembers of that weight, such as sums of its gradients. */
  readonly slots: ReadonlyMap<string, Readonly<Record<string, Tensor>>>;
}

/** Moves weights against their gradients. */
export interface Optimizer {
  /** For a checkpoint; its tensors are the optimizer's own. */
  readonly state: OptimizerState;
  /**
   * Moves every variable that has a gradient, in place.
   *
   * @param gradients By variable name.
   * @throws Error when two variables have one name.
   * @param groupOf By variable name. Default: one group of all weights.
   */
  apply(
    variables: readonly Variable[],
    gradients: NamedTensorMap,
    learningRate: number,
    groupOf?: (variable: string) => WeightGroup,
  ): void;
  /** Goes on where another optimizer of the same kind was; the tensors are copied. */
  restore(state: OptimizerState): void;
  dispose(): void;
}

/** @throws Error when two variables have one name: what is remembered of one would be taken for the other's. */
export function requireDistinct(variables: readonly Variable[]): void {
  const byName = new Map<string, number>();
  variables.forEach(({ name }, index) => {
    const other = byName.get(name);
    if (other !== undefined)
      throw new Error(
        `Two variables are called '${name}': number ${other} and number ${index} of those to be moved. Each needs a name of its own, and is listed once.`,
      );
    byName.set(name, index);
  });
}

export const oneGroup = (): WeightGroup => ({});

/** What an optimizer remembers of each weight: one variable of the weight's shape by slot, zero at first. */
export class Slots<Name extends string> {
  readonly #names: readonly Name[];
  readonly #byWeight = new Map<string, Record<Name, Variable>>();

  constructor(...names: readonly Name[]) {
    this.#names = names;
  }

  get all(): ReadonlyMap<string, Readonly<Record<Name, Variable>>> {
    return this.#byWeight;
  }

  of(weight: Variable): Record<Name, Variable> {
    const known = this.#byWeight.get(weight.name);
    if (known) return known;
    const entries = this.#names.map(name => [name, tidy(() => variable(zerosLike(weight), false))]);
    const slots = Object.fromEntries(entries) as Record<Name, Variable>;
    this.#byWeight.set(weight.name, slots);
    return slots;
  }

  restore(state: OptimizerState['slots']): void {
    this.dispose();
    for (const [weight, saved] of state) {
      const entries = this.#names.map(name => {
        const value = saved[name];
        if (!value)
          throw new Error(`The state of '${weight}' has no '${name}'. Is it of another optimizer?`);
        return [name, tidy(() => variable(value.clone(), false))];
      });
      this.#byWeight.set(weight, Object.fromEntries(entries) as Record<Name, Variable>);
    }
  }

  dispose(): void {
    for (const slots of this.#byWeight.values()) dispose(Object.values(slots));
    this.#byWeight.clear();
  }
}
