import {
  logSoftmax,
  reshape,
  sigmoid,
  softmax,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { type Operation, run, type Value } from './operations';

/**
 * How a model computes its output from the logits: probabilities of all classes together (softmax), of each class separately (sigmoid),
 * logarithms of probabilities, or the logits unchanged.
 */
export type Link = 'softmax' | 'sigmoid' | 'logSoftmax' | 'linear';

/** Where the logits of a model are, and how to compute them from values of its graph. */
export interface LogitsSource {
  /** Values that are computed before the logits. */
  readonly values: readonly Value[];
  readonly link: Link;
  /** Computes the logits from those values. */
  readonly finish: (values: ReadonlyMap<Value, Tensor>) => Tensor2D;
  /** Names of the layers whose activation is skipped. */
  readonly activations: readonly string[];
}

const links: Readonly<Record<string, Link>> = {
  softmax: 'softmax',
  sigmoid: 'sigmoid',
  logSoftmax: 'logSoftmax',
  log_softmax: 'logSoftmax',
};

/**
 * Layers that only move values, or do nothing in inference. Other layers whose names contain one of
 * these words are treated in the same way.
 */
const moving =
  /^(Activation|ActivityRegularization|\w*Dropout\w*|GaussianNoise|\w*(Reshape|Flatten|Permute|Transpose|Squeeze|ExpandDims|Identity|Cast|Slic|Cropping|Concatenate)\w*)$/i;

/**
 * Finds the scores before the last softmax or sigmoid, wherever it is, because the gradient of a probability close to 1 vanishes.
 *
 * The search passes layers that only move values, until it meets a layer that is only an activation or a layer that ends in one.
 */
export function logitsOf(output: Value): LogitsSource {
  const found = activationsBefore(output);
  if (!found) return asTheyAre(output);
  const { ends, moves, link } = found;
  const values = ends.flatMap(({ inputs }) => inputs);
  return {
    values,
    link,
    activations: ends.map(({ outputs }) => outputs[0]!.id),
    finish: given => {
      const all = new Map(given);
      for (const end of ends) all.set(end.outputs[0]!, withoutActivation(end, all));
      run(moves, all);
      return asRows(all.get(output)!);
    },
  };
}

/** Treats the model's output as its logits. */
export function asTheyAre(output: Value): LogitsSource {
  return {
    values: [output],
    link: 'linear',
    activations: [],
    finish: values => asRows(values.get(output)!),
  };
}

interface Ending {
  readonly ends: readonly Operation[];
  /** Operations from the activations to the output, in order. */
  readonly moves: readonly Operation[];
  readonly link: Link;
}

/** Finds the activations that all parts of a value went through last. */
function activationsBefore({ operation }: Value): Ending | undefined {
  if (!operation) return undefined;
  const link = linkOf(operation);
  if (link) return { ends: [operation], moves: [], link };
  if (!isMove(operation)) return undefined;
  const before = operation.inputs.map(activationsBefore);
  const [first] = before;
  if (!first || before.some(each => each?.link !== first.link)) return undefined;
  const all = before as Ending[];
  return {
    ends: [...new Set(all.flatMap(({ ends }) => ends))],
    moves: [...new Set(all.flatMap(({ moves }) => moves)), operation],
    link: first.link,
  };
}

/** Returns the activation that a layer ends in, if that activation makes probabilities. */
export function linkOf({ layer }: Operation): Link | undefined {
  const kind = layer.getClassName();
  if (kind === 'Softmax') return 'softmax';
  // The activation of a recurrent layer belongs to its cell.
  if (kind !== 'Activation' && !Object.hasOwn(layer, 'activation')) return undefined;
  return links[String(layer.getConfig().activation)];
}

/** Whether a layer only moves values. */
export function isMove({ layer }: Operation): boolean {
  const kind = layer.getClassName();
  const { activation = 'linear' } = layer.getConfig();
  return moving.test(kind) && (kind !== 'Activation' || activation === 'linear');
}

const none = { apply: (x: Tensor) => x, getClassName: () => 'linear', getConfig: () => ({}) };

/** Computes a layer's output before its activation. The layer's activation is removed and always restored before any other code runs. */
function withoutActivation(operation: Operation, values: Map<Value, Tensor>): Tensor {
  const { layer, inputs, outputs } = operation;
  if (/^(Softmax|Activation)$/.test(layer.getClassName())) return values.get(inputs[0]!)!;
  const own: unknown = Reflect.get(layer, 'activation');
  try {
    Reflect.set(layer, 'activation', none);
    run([operation], values, { keep: new Set(inputs) });
    return values.get(outputs[0]!)!;
  } finally {
    Reflect.set(layer, 'activation', own);
  }
}

/** Number of classes of an output `[N, ...rest]` without positions: `[N]` has 1 class, `[N, 1, 1, K]` and `[N, K, 1, 1]` have K. */
export function rowLength(rest: readonly (number | null)[]): number | undefined {
  const long = rest.filter(length => length !== 1);
  // Axes between others are positions: `[N, 1, W, 1]` is one class along a line.
  const between = rest.slice(1, -1).some(length => length !== 1);
  return between || long.length > 1 ? undefined : (long[0] ?? 1);
}

/** Reshapes an output without positions to `[N, K]`. An output with positions is returned unchanged. */
export function asRows(output: Tensor): Tensor2D {
  const [count = 1, ...rest] = output.shape;
  const classes = rowLength(rest);
  if (output.rank === 2 || classes === undefined) return output as Tensor2D;
  return reshape(output, [count, classes]);
}

/** Applies the model's link to logits. */
export function activated(link: Link, logits: Tensor2D): Tensor2D {
  if (link === 'softmax') return softmax(logits);
  if (link === 'sigmoid') return sigmoid(logits);
  return link === 'logSoftmax' ? logSoftmax(logits) : logits.clone();
}
