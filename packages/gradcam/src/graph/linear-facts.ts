import type { fusedOf } from './ending';
import type { GraphStep, nodeOf } from './topology';

/** Functions that inspect nodes. They are passed in so that this file does not import what is loaded eagerly. */
interface Looks {
  readonly nodeOf: typeof nodeOf;
  readonly fusedOf: typeof fusedOf;
}

/** Describes an output that consists of plain numbers, without a softmax or sigmoid. */
export const factsOf = (
  all: readonly GraphStep[],
  output: string,
  { asIs, classes }: { readonly asIs: boolean; readonly classes: number },
  looks: Looks,
) => ({
  asIs: asIs || endsLinear(all, output, looks),
  embedding: classes > 1 && isEmbedding(all, output, looks),
});

/** Activations that occur in features but not in scores: they remove or compress everything below 0. */
const rectifying = /^(Relu6?|LeakyRelu|Prelu|Elu|Selu)$/;
const moving = /^(Identity|Reshape|Squeeze|ExpandDims|Cast)$/;

/**
 * Whether an output is an embedding: features that were pooled, normalized or rectified, and not the scores of a classifier. Pooled scores
 * of a convolution, as in SqueezeNet, are not an embedding.
 */
function isEmbedding(all: readonly GraphStep[], output: string, looks: Looks): boolean {
  if (/embed|descriptor|feature/i.test(output)) return true;
  const steps = new Map(all.map(step => [step.name, step]));
  const at = (value: string | undefined) => steps.get(looks.nodeOf(value ?? ''));
  let step = at(output);
  while (step && moving.test(step.op)) step = at(step.inputs[0]);
  if (!step) return false;
  const { op, inputs } = step;
  if (rectifying.test(op) || rectifying.test(looks.fusedOf(step).at(-1) ?? '')) return true;
  if (/^(Mean|AvgPool|MaxPool|Max)$/.test(op)) return !isScore(at(inputs[0]), looks);
  // Recognizes division by the length: x * rsqrt(sum(x * x)), or x / sqrt(...).
  return (
    /^(Mul|RealDiv|Div)$/.test(op) &&
    inputs.some(input => /^(Rsqrt|Sqrt)$/.test(root(at(input), at)))
  );
}

/** Whether an output is computed by a matrix product or a convolution, followed at most by nodes that move values. */
function endsLinear(all: readonly GraphStep[], output: string, looks: Looks): boolean {
  const steps = new Map(all.map(step => [step.name, step]));
  let step = steps.get(looks.nodeOf(output));
  while (step && moving.test(step.op)) step = steps.get(looks.nodeOf(step.inputs[0] ?? ''));
  return (
    isScore(step, looks) ||
    step?.op === 'MatMul' ||
    (step?.op === '_FusedMatMul' && looks.fusedOf(step).length < 2)
  );
}

const isScore = (step: GraphStep | undefined, looks: Looks): boolean =>
  step !== undefined &&
  (/^(Conv2D|BiasAdd|Softmax|Sigmoid)$/.test(step.op) ||
    (step.op === '_FusedConv2D' && looks.fusedOf(step).length < 2));

function root(
  step: GraphStep | undefined,
  at: (value: string | undefined) => GraphStep | undefined,
): string {
  if (step && /^(Maximum|Identity|Add|AddV2)$/.test(step.op)) return root(at(step.inputs[0]), at);
  return step?.op ?? '';
}
