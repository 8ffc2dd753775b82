import { isMove, linkOf } from './logits';
import type { Operation, Value } from './operations';

/** Whether a value has its channels first, as what computes it, or else what reads it, says. */
export function isChannelsFirst(value: Value, order: readonly Operation[]): boolean {
  for (let each: Value | undefined = value; each; ) {
    const { operation }: Value = each;
    if (!operation) {
      const reader = order.find(({ inputs, layer }) => inputs.includes(each!) && formatOf(layer));
      return reader !== undefined && formatOf(reader.layer) === 'channelsFirst';
    }
    const format = formatOf(operation.layer);
    if (format || operation.layer.getClassName() === 'Permute') return format === 'channelsFirst';
    each = operation.inputs.find(({ shape }) => shape.length === 4);
  }
  return false;
}

const formatOf = (layer: Operation['layer']): unknown => layer.getConfig().dataFormat;

const normalizing = /norm|l2/i;
const convolution = /conv|dense/i;

/**
 * Whether an output is an embedding: features that were pooled, flattened or normalized, and no classifier's scores. Scores of
 * a convolution that are pooled, as SqueezeNet's, are none.
 */
export function isEmbedding({ operation, id }: Value): boolean {
  if (/embed|descriptor|feature/i.test(id)) return true;
  if (!operation) return false;
  const { layer, inputs } = operation;
  const kind = layer.getClassName();
  const [before] = inputs;
  if (normalizing.test(kind)) return true;
  // Probabilities that are pooled are no features either.
  if (/pooling/i.test(kind))
    return !isScore(before!) && !(before!.operation && linkOf(before!.operation));
  if (kind === 'Flatten' && before!.shape.length === 4) return !isScore(before!);
  return isMove(operation) && before !== undefined && isEmbedding(before);
}

/** Whether an output is what a linear layer gives, moved at most. */
export function endsLinear(value: Value): boolean {
  const { operation } = value;
  if (isScore(value)) return true;
  return operation !== undefined && isMove(operation) && operation.inputs.every(endsLinear);
}

/** Whether a map is what a convolution gives, without an activation. */
const isScore = ({ operation }: Value): boolean =>
  operation !== undefined &&
  convolution.test(operation.layer.getClassName()) &&
  linkOf(operation) === undefined &&
  [undefined, null, 'linear'].includes(operation.layer.getConfig().activation as never);
