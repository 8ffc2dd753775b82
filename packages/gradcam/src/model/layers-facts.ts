import type { isMove, linkOf } from './logits';
import type { Value } from './operations';

/** Functions that inspect layers while logits are searched. They are passed in so that this file does not import what is loaded eagerly. */
interface Looks {
  readonly isMove: typeof isMove;
  readonly linkOf: typeof linkOf;
}

/** Describes an output that consists of plain numbers, without a softmax or sigmoid. */
export const factsOf = (output: Value, asIs: boolean, looks: Looks) => ({
  asIs: asIs || endsLinear(output, looks),
  embedding: output.shape.at(-1) !== 1 && isEmbedding(output, looks),
});

const normalizing = /norm|l2/i;
const convolution = /conv|dense/i;
/** Activations that occur in features but not in scores: they remove or compress everything below 0. */
const rectifying = /^(re_?lu6?|leaky_?re_?lu|prelu|elu|selu|gelu(_new)?|silu|swish|mish)$/i;

/**
 * Whether an output is an embedding: features that were pooled, flattened, normalized or rectified, and not the scores of a classifier.
 * Pooled scores of a convolution, as in SqueezeNet, are not an embedding.
 */
function isEmbedding({ operation, id }: Value, looks: Looks): boolean {
  if (/embed|descriptor|feature/i.test(id)) return true;
  if (!operation) return false;
  const { layer, inputs } = operation;
  const kind = layer.getClassName();
  const [before] = inputs;
  const { activation } = layer.getConfig();
  if (normalizing.test(kind) || rectifying.test(kind) || rectifying.test(String(activation)))
    return true;
  // Pooled probabilities are not features either.
  if (/pooling/i.test(kind))
    return !isScore(before!, looks) && !(before!.operation && looks.linkOf(before!.operation));
  if (kind === 'Flatten' && before!.shape.length === 4) return !isScore(before!, looks);
  return looks.isMove(operation) && before !== undefined && isEmbedding(before, looks);
}

/** Whether an output is computed by a linear layer, followed at most by layers that move values. */
function endsLinear(value: Value, looks: Looks): boolean {
  const { operation } = value;
  if (isScore(value, looks)) return true;
  return (
    operation !== undefined &&
    looks.isMove(operation) &&
    operation.inputs.every(each => endsLinear(each, looks))
  );
}

/** Whether a map is computed by a convolution without an activation. */
const isScore = ({ operation }: Value, { linkOf }: Looks): boolean =>
  operation !== undefined &&
  convolution.test(operation.layer.getClassName()) &&
  linkOf(operation) === undefined &&
  [undefined, null, 'linear'].includes(operation.layer.getConfig().activation as never);
