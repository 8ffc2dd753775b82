import { add, matMul, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Operation, Value } from './operations';

/** How a model makes probabilities of its logits: of all classes together, or of each by itself. */
export type Link = 'softmax' | 'sigmoid';

/** Where a model's logits are, and how they come from a value of its graph. */
export interface LogitsSource {
  readonly value: Value;
  readonly link: Link;
  /** From `value` to the logits `[N, K]`. */
  readonly finish: (tensor: Tensor) => Tensor2D;
  /** Whether `output` gives probabilities, of which the logits were recovered, and not the logits themselves. */
  readonly recovered: boolean;
}

/**
 * The scores before the softmax or sigmoid: explaining a probability that is close to 1 would ask for a gradient that has
 * vanished.
 *
 * Looks behind a layer that is nothing but the activation, and behind a dense layer that ends in one.
 */
export function logitsOf(output: Value): LogitsSource {
  const asIs = asTheyAre(output);
  const { operation } = output;
  if (!operation) return asIs;
  const { layer, inputs } = operation;
  const kind = layer.getClassName();
  const link = kind === 'Softmax' ? 'softmax' : layer.getConfig().activation;
  if (link !== 'softmax' && link !== 'sigmoid') return asIs;
  const recovered = { value: inputs[0]!, link, recovered: true } as const;
  if (kind === 'Softmax' || kind === 'Activation') return { ...recovered, finish: asIs.finish };
  if (kind === 'Dense')
    return { ...recovered, finish: tensor => denseWithoutActivation(operation, tensor) };
  return asIs;
}

/** The model's output taken for its logits. */
export function asTheyAre(output: Value): LogitsSource {
  return {
    value: output,
    link: 'softmax',
    finish: tensor => tensor as Tensor2D,
    recovered: false,
  };
}

function denseWithoutActivation({ layer }: Operation, tensor: Tensor): Tensor2D {
  const [kernel, bias] = layer.getWeights();
  const product = matMul(tensor as Tensor2D, kernel as Tensor2D) as Tensor2D;
  return bias ? add(product, bias) : product;
}
