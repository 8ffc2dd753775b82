import type { isMove, linkOf } from './logits';
import type { Value } from './operations';

/** How the look for logits sees a layer; handed in, so that nothing is imported that is loaded at once. */
interface Looks {
  readonly isMove: typeof isMove;
  readonly linkOf: typeof linkOf;
}

/** What is told of an output that is numbers as they are. */
export const factsOf = (output: Value, asIs: boolean, looks: Looks) => ({
  asIs: asIs || endsLinear(output, looks),
  embedding: output.shape.at(-1) !== 1 && isEmbedding(output, looks),
});

const normalizing = /norm|l2/i;
const convolution = /conv|dense/i;
/** What features have been through, and scores have not: all below 0 is lost, or squeezed. */
const rectifying = /^(re_?lu6?|leaky_?re_?lu|prelu|elu|selu|gelu(_new)?|silu|swish|mish)$/i;

/**
 * Whether an output is an embedding: features that were pooled, flattened, normalized or rectified, and no classifier's scores.
 * Scores of a convolution that are pooled, as SqueezeNet's, are none.
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
  // Probabilities that are pooled are no features either.
  if (/pooling/i.test(kind))
    return !isScore(before!, looks) && !(before!.operation && looks.linkOf(before!.operation));
  if (kind === 'Flatten' && before!.shape.length === 4) return !isScore(before!, looks);
  return looks.isMove(operation) && before !== undefined && isEmbedding(before, looks);
}

/** Whether an output is what a linear layer gives, moved at most. */
function endsLinear(value: Value, looks: Looks): boolean {
  const { operation } = value;
  if (isScore(value, looks)) return true;
  return (
    operation !== undefined &&
    looks.isMove(operation) &&
    operation.inputs.every(each => endsLinear(each, looks))
  );
}

/** Whether a map is what a convolution gives, without an activation. */
const isScore = ({ operation }: Value, { linkOf }: Looks): boolean =>
  operation !== undefined &&
  convolution.test(operation.layer.getClassName()) &&
  linkOf(operation) === undefined &&
  [undefined, null, 'linear'].includes(operation.layer.getConfig().activation as never);
