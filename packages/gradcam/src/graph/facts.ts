import { fusedOf } from './ending';
import { type GraphStep, nodeOf, textOf } from './topology';

/** Whether a node's feature map has its channels first, as the node says itself or what it is computed of. */
export function isChannelsFirst(order: readonly GraphStep[], tap: string): boolean {
  const first = new Map<string, boolean>();
  for (const { name, attr, op, inputs } of order) {
    const format = (attr.data_format ?? attr.dataFormat) as { s?: unknown } | undefined;
    const own = format?.s === undefined ? undefined : textOf(format.s) === 'NCHW';
    const inherited = op !== 'Transpose' && inputs.some(input => first.get(nodeOf(input)));
    first.set(name, own ?? inherited);
  }
  return first.get(tap) ?? false;
}

/** Whether a part of a graph attends over tokens: a product of two batches of matrices, and a softmax on the way. */
export function readsTokens(tail: readonly GraphStep[]): boolean {
  const has = (kind: RegExp) => tail.some(({ op }) => kind.test(op));
  return has(/^(BatchMatMul\w*|Einsum)$/) && (has(/^Softmax$/) || (has(/^Exp$/) && has(/^Sum$/)));
}

const moving = /^(Identity|Reshape|Squeeze|ExpandDims|Cast)$/;

/**
 * Whether an output is an embedding: features that were pooled or normalized, and no classifier's scores. Scores of a
 * convolution that are pooled, as SqueezeNet's, are none.
 */
export function isEmbedding(all: readonly GraphStep[], output: string): boolean {
  if (/embed|descriptor|feature/i.test(output)) return true;
  const steps = new Map(all.map(step => [step.name, step]));
  const at = (value: string | undefined) => steps.get(nodeOf(value ?? ''));
  let step = at(output);
  while (step && moving.test(step.op)) step = at(step.inputs[0]);
  if (!step) return false;
  const { op, inputs } = step;
  if (/^(Mean|AvgPool|MaxPool|Max)$/.test(op)) return !isScore(at(inputs[0]));
  // Divided by its length: x * rsqrt(sum(x * x)), or x / sqrt(...).
  return (
    /^(Mul|RealDiv|Div)$/.test(op) &&
    inputs.some(input => /^(Rsqrt|Sqrt)$/.test(root(at(input), at)))
  );
}

/** Whether an output is what a product of matrices or a convolution gives, moved at most. */
export function endsLinear(all: readonly GraphStep[], output: string): boolean {
  const steps = new Map(all.map(step => [step.name, step]));
  let step = steps.get(nodeOf(output));
  while (step && moving.test(step.op)) step = steps.get(nodeOf(step.inputs[0] ?? ''));
  return (
    isScore(step) ||
    step?.op === 'MatMul' ||
    (step?.op === '_FusedMatMul' && fusedOf(step).length < 2)
  );
}

const isScore = (step: GraphStep | undefined): boolean =>
  step !== undefined &&
  (/^(Conv2D|BiasAdd|Softmax|Sigmoid)$/.test(step.op) ||
    (step.op === '_FusedConv2D' && fusedOf(step).length < 2));

function root(
  step: GraphStep | undefined,
  at: (value: string | undefined) => GraphStep | undefined,
): string {
  if (step && /^(Maximum|Identity|Add|AddV2)$/.test(step.op)) return root(at(step.inputs[0]), at);
  return step?.op ?? '';
}
