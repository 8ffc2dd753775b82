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
 * What optimizers with a memory of each weight share: the count of steps, the memory, and the way through the weights.
 *
 * `Slot` names what is remembered. `Numbers` are those of one step that change from step to step, as tensors: an engine that
 * compiles a step does so once.
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

  /** What is remembered of a weight, zero at first. */
  protected slotsOf(weight: Variable): Record<Slot, Variable> {
    return this.#slots.of(weight);
  }

  /** @param step Counted from 1. @returns Scalars, which are disposed after the step. */
  protected abstract numbersOf(step: number, learningRate: number): Numbers;

  /** Moves one weight, and what is remembered of it; within a `tidy`. */
  protected abstract update(
    weight: Variable,
    gradient: Tensor,
    numbers: Numbers,
    group: WeightGroup,
  ): void;
}

/** @throws Error when two variables have one name: what is remembered of one would be taken for the other's. */
function requireDistinct(variables: readonly Variable[]): void {
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

/** What an optimizer remembers of each weight: one variable of the weight's shape by slot, zero at first. */
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
