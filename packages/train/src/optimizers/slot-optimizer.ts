import {
  dispose,
  type NamedTensorMap,
  type Scalar,
  type Tensor,
  tidy,
  type Variable,
  variable,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Optimizer, OptimizerState, WeightGroup } from './optimizer';

/**
 * The common part of optimizers with memory for each weight: it counts the steps, keeps the memory (in slots), and iterates
 * over the weights.
 *
 * `Slot` is the type of the slot names. `Numbers` holds the numbers that change from step to step. They are tensors, so
 * that an engine that compiles the step compiles it only once.
 */
export abstract class SlotOptimizer<
  Slot extends string,
  Numbers extends Readonly<Record<string, Scalar>>,
> implements Optimizer
{
  readonly #slots: Slots<Slot>;
  #step = 0;

  constructor(...slots: readonly Slot[]) {
    this.#slots = new Slots(...slots);
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
    groupOf: (variable: string) => WeightGroup = () => ({}),
  ): void {
    requireDistinct(variables);
    this.#step += 1;
    const numbers = this.numbersOf(this.#step, learningRate);
    for (const weight of variables) {
      const gradient = gradients[weight.name];
      if (gradient) tidy(() => this.update(weight, gradient, numbers, groupOf(weight.name)));
    }
    dispose(Object.values(numbers));
  }

  dispose(): void {
    this.#slots.dispose();
  }

  /** The memory of a weight, initially zero. */
  protected slotsOf(weight: Variable): Record<Slot, Variable> {
    return this.#slots.of(weight);
  }

  /** @param step Counted from 1. @returns Scalars, which are disposed after the step. */
  protected abstract numbersOf(step: number, learningRate: number): Numbers;

  /** Updates one weight and its memory; runs inside `tidy`. */
  protected abstract update(
    weight: Variable,
    gradient: Tensor,
    numbers: Numbers,
    group: WeightGroup,
  ): void;
}

/** @throws Error when two variables have the same name, because their memories would be confused. */
function requireDistinct(variables: readonly Variable[]): void {
  const byName = new Map<string, number>();
  variables.forEach(({ name }, index) => {
    const other = byName.get(name);
    if (other !== undefined)
      throw new Error(
        `Two variables are called '${name}': number ${other} and number ${index} in the list. Give every ` +
          'variable a different name, and list each only once.',
      );
    byName.set(name, index);
  });
}

/** The memory of an optimizer for each weight: one variable of the weight's shape for each slot, initially zero. */
class Slots<Name extends string> {
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
          throw new Error(
            `The state of '${weight}' has no '${name}'. Is it the state of another optimizer?`,
          );
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
