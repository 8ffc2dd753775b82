import type { NamedTensorMap, Tensor, Variable } from '@tensorflow/tfjs-core';

/** Options for a group of weights that differ from those of the other weights. */
export interface WeightGroup {
  /** Factor on the learning rate. Default 1. */
  readonly learningRateFactor?: number;
  /** Replaces the weight decay of the optimizer. */
  readonly weightDecay?: number;
}

/** The complete state of an optimizer, to continue exactly from there. */
export interface OptimizerState {
  /** Number of steps taken. */
  readonly step: number;
  /** The optimizer's memory of each weight, such as sums of its gradients, by variable name. */
  readonly slots: ReadonlyMap<string, Readonly<Record<string, Tensor>>>;
}

/** Updates weights by their gradients. */
export interface Optimizer {
  /** State for a checkpoint. The optimizer owns the tensors. */
  readonly state: OptimizerState;
  /**
   * Updates every variable that has a gradient, in place.
   *
   * @param gradients Gradients by variable name.
   * @throws Error when two variables have the same name.
   * @param groupOf Returns the group of a variable, given by name. Default: one group for all weights.
   */
  apply(
    variables: readonly Variable[],
    gradients: NamedTensorMap,
    learningRate: number,
    groupOf?: (variable: string) => WeightGroup,
  ): void;
  /** Restores the state of an optimizer of the same kind. The tensors are copied. */
  restore(state: OptimizerState): void;
  dispose(): void;
}
