import type { Tensor } from '@tensorflow/tfjs-core';

/** A weight of a model, for example a `tf.LayerVariable`. */
export interface Weight {
  /** Name of the weight in checkpoints. Default: the name of the variable. */
  readonly originalName?: string;
  /** Returns the `tf.Variable` of the weight. */
  read(): unknown;
}

/** A layer of a model, or a model that is used as a layer, for example a `tf.layers.Layer`. */
export interface NamedLayer {
  readonly name: string;
  readonly weights: readonly Weight[];
  /** The layers, if this layer is a model. */
  readonly layers?: readonly NamedLayer[];
}

/** A model that can be trained, for example any `tf.LayersModel` from features to logits. */
export interface Trainable {
  /** Maps `[N, ...]` features to `[N, K]` logits. The seed determines all random numbers of training, such as dropout. */
  apply(features: Tensor, mode: { readonly training: boolean; readonly seed?: number }): unknown;
  readonly trainableWeights: readonly Weight[];
  /** All weights, including untrained ones such as the running averages of batch norm. Default: the trained weights. */
  readonly weights?: readonly Weight[];
  /**
   * The layers that hold the weights. If a layer is inside nested models, its weight names are prefixed by the names of
   * these models.
   */
  readonly layers?: readonly NamedLayer[];
}
