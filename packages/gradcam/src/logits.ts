import { add, matMul, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Operation, Operations, Value } from './operations';

/** Where a model's logits are, and how they come from a value of its graph. */
export interface LogitsSource {
  readonly value: Value;
  /** From `value` to the logits `[N, K]`. */
  readonly finish: (tensor: Tensor) => Tensor2D;
}

/**
 * The scores before the softmax: explaining a probability that is close to 1 would ask for a gradient that has vanished.
 *
 * Looks behind a softmax layer, and behind a dense layer that ends in one.
 */
export function logitsOf({ outputs }: Operations): LogitsSource {
  const output = outputs[0]!;
  const operation = output.operation;
  const asIs: LogitsSource = { value: output, finish: tensor => tensor as Tensor2D };
  if (!operation) return asIs;
  const { layer, inputs } = operation;
  const config = layer.getConfig();
  const kind = layer.getClassName();
  const isSoftmax = kind === 'Softmax' || config.activation === 'softmax';
  if (!isSoftmax) return asIs;
  if (kind === 'Softmax' || kind === 'Activation')
    return { value: inputs[0]!, finish: tensor => tensor as Tensor2D };
  if (kind === 'Dense') return { value: inputs[0]!, finish: tensor => dense(operation, tensor) };
  return asIs;
}

function dense({ layer }: Operation, tensor: Tensor): Tensor2D {
  const [kernel, bias] = layer.getWeights();
  const product = matMul(tensor as Tensor2D, kernel as Tensor2D) as Tensor2D;
  return bias ? add(product, bias) : product;
}
