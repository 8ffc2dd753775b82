import {
  add,
  conv2d,
  depthwiseConv2d,
  matMul,
  type NamedTensorMap,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import type { Link } from '../model/logits';
import { type GraphStep, nodeOf, textOf } from './topology';

/** Where the logits of a graph are computed. */
export interface GraphEnding {
  readonly link: Link;
  /** Names of the values that are computed before the logits. */
  readonly values: readonly string[];
  /** Names of the nodes whose activation is skipped. */
  readonly activations: readonly string[];
  /** Computes the logits from those values, with the help of the graph. */
  finish(
    values: ReadonlyMap<string, Tensor>,
    run: (given: NamedTensorMap, wanted: readonly string[]) => Tensor[],
  ): Tensor;
}

interface End {
  readonly node: string;
  readonly link: Link;
  /** Names of the values from which the logits are computed. */
  readonly inputs: readonly string[];
  readonly logits: (inputs: readonly Tensor[]) => Tensor;
}

/** Node types that only move values. */
const moving = new Set(
  'Identity IdentityN Reshape Squeeze ExpandDims Cast Transpose StopGradient PreventGradient Snapshot CheckNumerics PlaceholderWithDefault Slice StridedSlice ConcatV2 Pack Gather GatherV2'.split(
    ' ',
  ),
);
/** Node types among these that do not change anything at all. */
const passing = /^(Identity|IdentityN|StopGradient|PreventGradient|Snapshot|CheckNumerics|Cast)$/;

/**
 * Finds the values before a graph's last softmax or sigmoid. The activation may be a separate node, fused into the node before it, or
 * written out as exponentials and a division; nodes after it may only move values.
 *
 * @param varying Names of the nodes that depend on the model's inputs.
 * @param asIs Whether the model's output itself is used as the logits.
 */
export function endingOf(
  order: readonly GraphStep[],
  output: string,
  varying: ReadonlySet<string>,
  asIs: boolean,
): GraphEnding {
  const steps = new Map(order.map(step => [step.name, step]));
  const found = asIs ? undefined : endsBefore(output, steps);
  if (!found)
    return {
      link: 'linear',
      values: [output],
      activations: [],
      finish: values => values.get(output)!,
    };
  const { ends, moves } = found;
  const inside = new Set([...ends, ...moves].map(step => ('node' in step ? step.node : step.name)));
  // Other inputs of the moving nodes, such as a computed shape.
  const beside = [...new Set(moves.flatMap(({ inputs }) => inputs))].filter(
    value => !inside.has(nodeOf(value)) && varying.has(value),
  );
  return {
    link: found.link,
    values: [...new Set([...ends.flatMap(({ inputs }) => inputs), ...beside])],
    activations: ends.map(({ node }) => node),
    finish: (values, run) => {
      const logits = ends.map(end => end.logits(end.inputs.map(name => values.get(name)!)));
      if (moves.every(({ op }) => passing.test(op))) return logits[0]!;
      const given = [
        ...ends.map(({ node }, index) => [node, logits[index]!] as const),
        ...beside.map(name => [name, values.get(name)!] as const),
      ];
      return run(Object.fromEntries(given), [output])[0]!;
    },
  };
}

type Steps = ReadonlyMap<string, GraphStep>;

function endsBefore(
  value: string,
  steps: Steps,
): { ends: End[]; moves: GraphStep[]; link: Link } | undefined {
  const step = steps.get(nodeOf(value));
  if (!step || value !== step.name) return undefined;
  const end = endOf(step, steps);
  if (end) return { ends: [end], moves: [], link: end.link };
  if (!moving.has(step.op)) return undefined;
  const { op, inputs } = step;
  const moved = op === 'ConcatV2' ? inputs.slice(0, -1) : op === 'Pack' ? inputs : [inputs[0]!];
  const before = moved.map(input => endsBefore(input, steps));
  const [first] = before;
  if (!first || before.some(each => each?.link !== first.link)) return undefined;
  return {
    link: first.link,
    ends: [...new Map(before.flatMap(each => each!.ends).map(each => [each.node, each])).values()],
    moves: [...new Set(before.flatMap(each => each!.moves)), step],
  };
}

const links: Readonly<Record<string, Link>> = {
  Softmax: 'softmax',
  Sigmoid: 'sigmoid',
  LogSoftmax: 'logSoftmax',
};

function endOf(step: GraphStep, steps: Steps): End | undefined {
  const { op, inputs, name: node } = step;
  const from = (source: string, link: Link): End => ({
    node,
    link,
    inputs: [source],
    logits: ([value]) => value!,
  });
  const link = links[op];
  if (link) return from(inputs[0]!, link);
  if (fusedOf(step).at(-1) === 'Sigmoid')
    return { node, link: 'sigmoid', inputs: inputs.slice(0, 3), logits: unfused(step) };
  const parts = inputs.map(input => through(input, steps));
  if (op === 'Log' && parts[0]?.op === 'Softmax') return from(parts[0].inputs[0]!, 'logSoftmax');
  if (op === 'Reciprocal') return logistic(parts[0], steps, from);
  if (op !== 'RealDiv' && op !== 'Div') return undefined;
  const [powers, total] = parts;
  if (powers?.op === 'Exp' && total?.op === 'Sum') {
    if (through(total.inputs[0]!, steps) !== powers) return undefined;
    return from(beforeShift(powers.inputs[0]!, steps), 'softmax');
  }
  return powers?.op === 'Const' ? logistic(total, steps, from) : undefined;
}

/** Recognizes `1 / (1 + exp(-z))`; `sum` is its denominator. */
function logistic(
  sum: GraphStep | undefined,
  steps: Steps,
  from: (source: string, link: Link) => End,
): End | undefined {
  if (!sum || !/^Add(V2)?$/.test(sum.op)) return undefined;
  const power = sum.inputs.map(input => through(input, steps)).find(each => each?.op === 'Exp');
  const negated = power && through(power.inputs[0]!, steps);
  return negated?.op === 'Neg' ? from(negated.inputs[0]!, 'sigmoid') : undefined;
}

/** Returns the logits before their maximum was subtracted, which precedes the exponentials. */
function beforeShift(value: string, steps: Steps): string {
  const step = through(value, steps);
  const largest = step?.op === 'Sub' ? through(step.inputs[1]!, steps) : undefined;
  return largest?.op === 'Max' && step ? step.inputs[0]! : value;
}

/** Finds the node that computes a value, skipping nodes that do not change it. */
function through(value: string, steps: Steps): GraphStep | undefined {
  const step = steps.get(nodeOf(value));
  return step && /^(Identity|StopGradient|Reshape|ExpandDims)$/.test(step.op)
    ? through(step.inputs[0]!, steps)
    : step;
}

/** Returns the operations that are fused into a node, such as `BiasAdd` and `Sigmoid`. */
export function fusedOf({ attr }: GraphStep): string[] {
  const { list } = (attr.fused_ops ?? {}) as { list?: { s?: unknown[] } };
  return (list?.s ?? []).map(textOf);
}

/** Returns a fused node without its activation. */
function unfused({ op, attr, name }: GraphStep): End['logits'] {
  const flag = (key: string) => (attr[key] as { b?: boolean } | undefined)?.b === true;
  const numbers = (key: string) =>
    ((attr[key] as { list?: { i?: unknown[] } } | undefined)?.list?.i ?? [1, 1, 1, 1]).map(Number);
  return ([input, weights, bias]) => {
    if (op === '_FusedMatMul')
      return add(matMul(input!, weights!, flag('transpose_a'), flag('transpose_b')), bias!);
    const padding = textOf((attr.padding as { s: unknown }).s).toLowerCase();
    if (padding !== 'same' && padding !== 'valid')
      throw new Error(`The padding '${padding}' of '${name}' is unknown.`);
    const [, down, across] = numbers('strides') as [number, number, number];
    const [, ...dilations] = numbers('dilations') as [number, number, number];
    const convolve = op === '_FusedConv2D' ? conv2d : depthwiseConv2d;
    const result = convolve(
      input as Tensor4D,
      weights as Tensor4D,
      [down, across],
      padding,
      'NHWC',
      [dilations[0], dilations[1]],
    );
    return add(result, bias as Tensor2D);
  };
}
