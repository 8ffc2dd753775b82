import { serialization, type Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';

export type LayerConfig = ConstructorParameters<typeof layers.Layer>[0] & object;
export type Kwargs = Parameters<layers.Layer['call']>[1];

type LayerClass = Parameters<typeof serialization.registerClass>[0] & { className: string };

/**
 * Makes a layer known to `tf.loadLayersModel`. If a class of that name is registered already, it stays: it comes from another copy of this
 * package on the same TensorFlow.js, and either class loads the models of both.
 */
export function register(layer: LayerClass): void {
  const known = serialization.SerializationMap.getMap().classNameMap;
  if (!(layer.className in known)) serialization.registerClass(layer);
}

/** Returns the only input of a layer that takes one input. */
export function only(inputs: Tensor | Tensor[]): Tensor {
  return Array.isArray(inputs) ? inputs[0]! : inputs;
}
