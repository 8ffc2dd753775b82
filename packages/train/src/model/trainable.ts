import type { Tensor } from '@tensorflow/tfjs-core';

/** A weight of a model; `tf.LayerVariable` is one. */
export interface Weight {
  /** Its name in checkpoints. Default: that of the variable. */
  readonly originalName?: string;
  /** The `tf.Variable` that holds it. */
  read(): unknown;
}

/** A layer of a model, or a model that is one; `tf.layers.Layer` is one. */
export interface NamedLayer {
  readonly name: string;
  readonly weights: readonly Weight[];
  /** Of a model. */
  readonly layers?: readonly NamedLayer[];
}

/** What can be trained: any `tf.LayersModel` from features to logits is. */
export interface Trainable {
  /** `[N, ...]` features to `[N, K]` logits. The seed is of whatever is drawn in training, such as dropout. */
  apply(features: Tensor, mode: { readonly training: boolean; readonly seed?: number }): unknown;
  readonly trainableWeights: readonly Weight[];
  /** All weights, such as the running averages of batch norm. Default: those that are trained. */
  readonly weights?: readonly Weight[];
  /** What the weights are in; their names have those of the models in front that a layer is nested in. */
  readonly layers?: readonly NamedLayer[];
}
