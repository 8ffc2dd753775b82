import type { NamedTensorMap, Tensor, Variable } from '@tensorflow/tfjs-core';

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
