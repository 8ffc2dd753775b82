import { util } from '@tensorflow/tfjs-core';
import type { GraphNode } from '../graph/node';
import { where } from '../operators/arithmetic';
import { cumulative } from '../operators/cumulative';
import { cast, elementwise, scalar } from '../operators/elementwise';
import { integerSum } from '../operators/integers';
import { plain } from '../operators/plain';
import { type ReductionType, reduce } from '../operators/reduction';
import { reshape } from '../operators/shape';
import type { KernelCall, Translation, Translations } from './kernel';
import { logSoftmax } from './log-sum';
import { meanSquare } from './normalization';
import { along } from './shape';

interface ReductionAttrs {
  readonly axis?: number | readonly number[];
  /** The name of this attribute in the kernel `Max`. */
  readonly reductionIndices?: number | readonly number[];
  readonly keepDims?: boolean;
}

function axesOf({ axis, reductionIndices }: ReductionAttrs, x: GraphNode): number[] {
  return util.parseAxisParam((axis ?? reductionIndices) as number | number[], [...x.shape]);
}

function reduction(
  type: ReductionType,
  prepare: (x: GraphNode) => GraphNode | undefined,
): Translation {
  return ({ inputs, attrs }: KernelCall<ReductionAttrs>) => {
    const x = inputs.x!;
    const ready = prepare(x);
    return ready && reduce(type, ready, axesOf(attrs, x), attrs.keepDims ?? false);
  };
}

/** Converts booleans to integers. */
const counted = (x: GraphNode): GraphNode => (x.dtype === 'bool' ? cast(x, 'int32') : x);

const notANumber = (x: GraphNode): GraphNode => elementwise('IsNaN', [x], {}, 'bool');

/** The greatest or smallest number. If one number is NaN, the result is NaN, which ONNX Runtime does not guarantee. */
function extreme(type: 'ReduceMax' | 'ReduceMin'): Translation {
  return ({ inputs, attrs }: KernelCall<ReductionAttrs>) => {
    const x = inputs.x!;
    if (x.dtype === 'bool') return undefined;
    const axes = axesOf(attrs, x);
    const keepDims = attrs.keepDims ?? false;
    const found = reduce(type, x, axes, keepDims);
    if (x.dtype !== 'float32' || axes.length === 0) return found;
    const spoilt = reduce('ReduceMax', cast(notANumber(x), 'int32'), axes, keepDims);
    return where(cast(spoilt, 'bool'), scalar(Number.NaN), found);
  };
}

/** `all` and `any`, computed as the minimum and maximum of zeros and ones. */
function logical(type: 'ReduceMin' | 'ReduceMax'): Translation {
  return ({ inputs, attrs }: KernelCall<ReductionAttrs>) => {
    const x = inputs.x!;
    const numbers = cast(cast(x, 'bool'), 'int32');
    return cast(reduce(type, numbers, axesOf(attrs, x), attrs.keepDims ?? false), 'bool');
  };
}

/** `argMax` and `argMin`: the first of equal values. NaN is never selected, unless it comes first, as in tfjs. */
function argument(type: 'ArgMax' | 'ArgMin'): Translation {
  return ({ inputs, attrs }: KernelCall<{ axis: number | readonly number[] }>) => {
    const x = inputs.x!;
    const [axis] = axesOf(attrs, x) as [number];
    if (x.rank === 0 || x.dtype !== 'float32') return undefined;
    const shape = x.shape.filter((_, i) => i !== axis);
    const last = type === 'ArgMax' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    const numbers = where(notANumber(x), scalar(last), x);
    const attributes = { axis, keepdims: 0 };
    const found = plain(type, [numbers], shape, { dtype: 'int32', attributes, wide: true });
    const first = reshape(along(x, axis, 0, 1), shape);
    return where(notANumber(first), scalar(0, 'int32'), found);
  };
}

/** On a longer axis, ONNX Runtime adds up the exponentials with few running sums, which lose digits. */
const longestSoftmax = 4096;

/** Softmax over the last axis. */
function softmax(logits: GraphNode): GraphNode {
  const last = logits.rank - 1;
  if (logits.shape[last]! <= longestSoftmax)
    return plain('Softmax', [logits], logits.shape, { attributes: { axis: -1 } });
  const greatest = reduce('ReduceMax', logits, [last], true);
  const exponentials = elementwise('Exp', [elementwise('Sub', [logits, greatest])]);
  return elementwise('Div', [exponentials, reduce('ReduceSum', exponentials, [last], true)]);
}

export const reductionKernels: Translations = {
  Sum: call => {
    const { inputs, attrs } = call as KernelCall<ReductionAttrs>;
    const x = inputs.x!;
    const axes = axesOf(attrs, x);
    // There are too few booleans for an overflow.
    if (x.dtype === 'int32' && axes.length > 0) return integerSum(x, axes, attrs.keepDims ?? false);
    return reduce('ReduceSum', counted(x), axes, attrs.keepDims ?? false);
  },
  Mean: ({ inputs, attrs }: KernelCall<ReductionAttrs>) => {
    const x = cast(inputs.x!, 'float32');
    const axes = axesOf(attrs, x);
    const keepDims = attrs.keepDims ?? false;
    const [a, b] = x.inputs;
    const square = x.operator?.name === 'Mul' && a === b && a?.rank === x.rank && x.rank >= 3;
    const perChannel = axes.length === x.rank - 1 && !axes.includes(x.rank - 1);
    if (square && perChannel) return meanSquare(a!, keepDims);
    return reduce('ReduceMean', x, axes, keepDims);
  },
  Max: extreme('ReduceMax'),
  Min: extreme('ReduceMin'),
  // If a product of integers overflows, ONNX Runtime returns the largest integer.
  Prod: reduction('ReduceProd', x => (x.dtype === 'int32' ? undefined : counted(x))),
  All: logical('ReduceMin'),
  Any: logical('ReduceMax'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  Softmax: ({ inputs, attrs }: KernelCall<{ dim: number }>) => {
    const logits = inputs.logits!;
    if (logits.dtype !== 'float32' || logits.rank === 0) return undefined;
    const last = attrs.dim === logits.rank - 1 || attrs.dim === -1;
    return last ? softmax(logits) : undefined;
  },
  LogSoftmax: ({ inputs, attrs }: KernelCall<{ axis: number }>) => {
    const logits = inputs.logits!;
    if (logits.dtype !== 'float32' || logits.rank === 0) return undefined;
    return logSoftmax(logits, axesOf(attrs, logits)[0]!);
  },
  Cumsum: ({
    inputs,
    attrs,
  }: KernelCall<{ axis: number; exclusive: boolean; reverse: boolean }>) => {
    const x = inputs.x!;
    if (x.rank === 0) return undefined;
    const [axis] = axesOf(attrs, x) as [number];
    return cumulative(counted(x), axis, attrs.exclusive, attrs.reverse);
  },
  TopK: ({ inputs, attrs }: KernelCall<{ k: number; sorted: boolean }>) => {
    const x = inputs.x!;
    const { k } = attrs;
    if (x.dtype === 'bool' || x.rank === 0 || k === 0) return undefined;
    const shape = [...x.shape.slice(0, -1), k];
    const options = {
      outputs: 2,
      arguments: [[k]],
      attributes: { axis: -1, largest: 1, sorted: 1 },
    };
    const placed = { ...options, output: 1, dtype: 'int32', wide: true } as const;
    if (x.dtype !== 'float32') {
      return [plain('TopK', [x], shape, options), plain('TopK', [x], shape, placed)];
    }
    // ONNX Runtime loses numbers next to NaN. Here NaN counts as the greatest number, as in PyTorch.
    const numbers = where(notANumber(x), scalar(Number.POSITIVE_INFINITY), x);
    const places = plain('TopK', [numbers], shape, placed);
    return [plain('GatherElements', [x, places], shape, { attributes: { axis: -1 } }), places];
  },
};
