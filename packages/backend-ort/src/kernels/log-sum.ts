import type { GraphNode } from '../graph/node';
import { kindOf, only } from '../graph/pattern';
import { add, compare, subtract } from '../operators/arithmetic';
import { cast, elementwise, fillOperator, fillValue, scalar } from '../operators/elementwise';
import { reduce } from '../operators/reduction';
import { reshape, sameShape } from '../operators/shape';
import { log1p } from './tails';

/**
 * tfjs composes the logarithm of a softmax, and cross entropies, of `log(sum(exp(x - max(x))))`. The sum is 1 and what the
 * other numbers give; beside the 1 it loses its digits, so that the loss of a classifier that is right and sure is 0. The
 * translations here see the form and leave the 1 out.
 */

/** `log(x)`; `log(1 + rest)` where `x` is a sum of exponentials of which the greatest are 1. */
export function log(x: GraphNode): GraphNode {
  const exponentials = only(x, 'ReduceSum');
  const shifted = exponentials && only(exponentials, 'Exp');
  const axes = x.attributes.axes as readonly number[];
  if (!shifted || !isBelowMaximum(shifted, axes)) return elementwise('Log', [x]);
  const keepDims = x.rank === shifted.rank;
  const greatest = cast(compare('Equal', shifted, scalar(0)), 'float32');
  const others = reduce('ReduceSum', subtract(exponentials, greatest), axes, keepDims);
  const equals = subtract(reduce('ReduceSum', greatest, axes, keepDims), scalar(1));
  return log1p(add(others, equals));
}

/** The logarithm of the softmax along an axis. */
export function logSoftmax(x: GraphNode, axis: number): GraphNode {
  const shifted = subtract(x, reduce('ReduceMax', x, [axis], true));
  return subtract(shifted, log(reduce('ReduceSum', elementwise('Exp', [shifted]), [axis], true)));
}

/** `x - (max(x) + b)` as `(x - max(x)) - b`: the greatest is 0 then, and loses nothing of `b`. */
export function withoutMaximum(x: GraphNode, sum: GraphNode): GraphNode | undefined {
  const added = throughReshape(sum);
  if (kindOf(added) !== 'Add') return undefined;
  const [a, b] = added.inputs as [GraphNode, GraphNode];
  for (const [maximum, rest] of [[a, b] as const, [b, a] as const]) {
    const axes = axesOfMaximum(maximum, x);
    if (axes === undefined || maximum.size !== rest.size) continue;
    const kept = x.shape.map((length, i) => (axes.includes(i) ? 1 : length));
    if (!sameShape(sum.shape, kept)) continue;
    return subtract(subtract(x, reshape(throughReshape(maximum), kept)), reshape(rest, kept));
  }
  return undefined;
}

/** Whether `node` is `x - max(x, axes)`. */
function isBelowMaximum(node: GraphNode, axes: readonly number[]): boolean {
  if (kindOf(node) !== 'Sub') return false;
  const [x, maximum] = node.inputs as [GraphNode, GraphNode];
  return maximum.rank === x.rank && axesOfMaximum(maximum, x)?.join() === axes.join();
}

/** The axes over which a node is the greatest of `x`. */
function axesOfMaximum(node: GraphNode, x: GraphNode): readonly number[] | undefined {
  const value = throughReshape(node);
  // The translation of `Max` chooses NaN where there is one among the numbers.
  const [, spoilt, greatest] = kindOf(value) === 'Where' ? value.inputs : [];
  const found = spoilt && isNaNFill(spoilt) ? greatest! : value;
  if (only(found, 'ReduceMax') !== x) return undefined;
  return found.attributes.axes as readonly number[];
}

function isNaNFill(node: GraphNode): boolean {
  return node.operator === fillOperator && Number.isNaN(fillValue(node));
}

function throughReshape(node: GraphNode): GraphNode {
  return only(node, 'Reshape') ?? node;
}
