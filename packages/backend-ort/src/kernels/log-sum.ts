import type { GraphNode } from '../graph/node';
import { kindOf, only } from '../graph/pattern';
import { add, compare, subtract } from '../operators/arithmetic';
import { cast, elementwise, fillOperator, fillValue, scalar } from '../operators/elementwise';
import { reduce } from '../operators/reduction';
import { reshape, sameShape } from '../operators/shape';
import { log1p } from './tails';

/**
 * Tfjs composes the logarithm of a softmax, and cross entropies, of `log(sum(exp(x - max(x))))`. The sum consists of 1 and
 * the exponentials of the other numbers. Next to the 1, small exponentials lose their digits, so the loss of a correct and
 * very confident classifier would be 0. The translations here recognize this form and compute the logarithm without adding
 * the 1.
 */

/** `log(x)`; but `log(1 + rest)` if `x` is a sum of exponentials whose greatest terms are 1. */
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

/** Computes `x - (max(x) + b)` as `(x - max(x)) - b`: the greatest difference is then 0, and no digits of `b` are lost. */
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

/** The axes over which a node is the maximum of `x`, if it is such a maximum. */
function axesOfMaximum(node: GraphNode, x: GraphNode): readonly number[] | undefined {
  const value = throughReshape(node);
  // The translation of `Max` adds a `Where` that returns NaN if one of the numbers is NaN.
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
