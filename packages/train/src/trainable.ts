import type { Tensor, Variable } from '@tensorflow/tfjs-core';

/** A weight of a model; `tf.LayerVariable` is one. */
export interface Weight {
  /** Its name in checkpoints. Default: that of the variable. */
  readonly originalName?: string;
  /** The `tf.Variable` that holds it. */
  read(): unknown;
}

/** What can be trained: any `tf.LayersModel` from features to logits is. */
export interface Trainable {
  /** `[N, ...]` features to `[N, K]` logits. The seed is of whatever is drawn in training, such as dropout. */
  apply(features: Tensor, mode: { readonly training: boolean; readonly seed?: number }): unknown;
  readonly trainableWeights: readonly Weight[];
  /** All weights, such as the running averages of batch norm. Default: those that are trained. */
  readonly weights?: readonly Weight[];
}

/** Every weight by its name in checkpoints. */
export function variablesOf({ weights, trainableWeights }: Trainable): Map<string, Variable> {
  return new Map(
    (weights ?? trainableWeights).map(weight => {
      const value = weight.read() as Variable;
      return [weight.originalName ?? value.name, value];
    }),
  );
}
