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
 * How a model makes its output of logits: probabilities of all classes together, or of each by itself, logarithms of
 * probabilities, or the numbers as they are.
 */
export type Link = 'softmax' | 'sigmoid' | 'logSoftmax' | 'linear';

/** Where a model's logits are, and how they come from values of its graph. */
export interface LogitsSource {
  /** What is computed before. */
  readonly values: readonly Value[];
  readonly link: Link;
  /** From those values to the logits. */
  readonly finish: (values: ReadonlyMap<Value, Tensor>) => Tensor2D;
  /** Layers whose activation was left out. */
  readonly activations: readonly string[];
}

const links: Readonly<Record<string, Link>> = {
  softmax: 'softmax',
  sigmoid: 'sigmoid',
  logSoftmax: 'logSoftmax',
  log_softmax: 'logSoftmax',
};

/** Layers that only move values, or do nothing in inference; such as have these in their names are taken for the same. */
const moving =
  /^(Activation|ActivityRegularization|\w*Dropout\w*|GaussianNoise|\w*(Reshape|Flatten|Permute|Transpose|Squeeze|ExpandDims|Identity|Cast|Slic|Cropping|Concatenate)\w*)$/i;

/**
 * The scores before the last softmax or sigmoid, wherever it is: explaining a probability that is close to 1 would ask for a
 * gradient that has vanished.
 *
 * Looks through layers that only move values, to a layer that is nothing but the activation, or to any that ends in one.
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

/** The model's output taken for its logits. */
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
  /** From the activations to the output, in order. */
  readonly moves: readonly Operation[];
  readonly link: Link;
}

/** The activations that all of a value went through last. */
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

/** What a layer ends in, where it is an activation that makes probabilities. */
export function linkOf({ layer }: Operation): Link | undefined {
  const kind = layer.getClassName();
  if (kind === 'Softmax') return 'softmax';
  // A recurrent layer's activation is its cell's.
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

/** What a layer computes before its activation. It has its activation back whatever happens, before anybody else runs. */
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

/** The classes of an output `[N, ...rest]` that has no places: `[N]` has 1, `[N, 1, 1, K]` and `[N, K, 1, 1]` have K. */
export function rowLength(rest: readonly (number | null)[]): number | undefined {
  const long = rest.filter(length => length !== 1);
  // Between others stand places: `[N, 1, W, 1]` is one class along a line.
  const between = rest.slice(1, -1).some(length => length !== 1);
  return between || long.length > 1 ? undefined : (long[0] ?? 1);
}

/** `[N, K]` where there are no places; what has places stays as it is. */
export function asRows(output: Tensor): Tensor2D {
  const [count = 1, ...rest] = output.shape;
  const classes = rowLength(rest);
  if (output.rank === 2 || classes === undefined) return output as Tensor2D;
  return reshape(output, [count, classes]);
}

/** What a model makes of its logits. */
export function activated(link: Link, logits: Tensor2D): Tensor2D {
  if (link === 'softmax') return softmax(logits);
  if (link === 'sigmoid') return sigmoid(logits);
  return link === 'logSoftmax' ? logSoftmax(logits) : logits.clone();
}
