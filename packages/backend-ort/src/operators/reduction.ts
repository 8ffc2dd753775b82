import { channelsFirstAxis, channelsFirstShape } from '../graph/layout';
import type { Operator } from '../graph/lowering';
import { GraphNode } from '../graph/node';
import { reshape } from './shape';
import { type Summation, sumInStages } from './stages';
import { vanishes, vanishing } from './vanishing';

export type ReductionType = Summation | 'ReduceMax' | 'ReduceMin' | 'ReduceProd';

const isSummation = (type: ReductionType): type is Summation =>
  type === 'ReduceSum' || type === 'ReduceMean';

const operators = new Map<string, Operator>();

function reductionOperator(type: ReductionType): Operator {
  let operator = operators.get(type);
  if (operator === undefined) {
    operator = {
      name: type,
      lower: (graph, node) => {
        const [x] = node.inputs as [GraphNode];
        const axes = node.attributes.axes as readonly number[];
        const keepdims = node.rank === x.rank ? 1 : 0;
        // The remaining axes have the same order in both layouts only if the reduced axes are kept or only one axis
        // remains.
        const stays = x.rank - axes.length;
        const first = x.rank >= 3 && graph.isChannelsFirst(x) && (keepdims === 1 || stays <= 1);
        const input = first ? graph.channelsFirst(x) : graph.plain(x);
        const at = axes.map(axis => (first ? channelsFirstAxis(axis, x.rank) : axis));
        const shape = first ? channelsFirstShape(x.shape) : x.shape;
        const kept = shape.map((length, i) => (at.includes(i) ? 1 : length));
        const outShape = keepdims === 1 ? kept : kept.filter((_, i) => !at.includes(i));
        const staged =
          isSummation(type) && x.dtype === 'float32'
            ? sumInStages(graph, type, input, shape, at, outShape)
            : undefined;
        const value = staged ?? graph.add(type, [input, graph.integers(at)], { keepdims });
        graph.place(node, value, first && keepdims === 1 ? 'channelsFirst' : 'plain');
      },
    };
    operators.set(type, operator);
  }
  return operator;
}

/** Reduces over `axes`. `keepDims` keeps them with length 1. */
export function reduce(
  type: ReductionType,
  x: GraphNode,
  axes: readonly number[],
  keepDims: boolean,
): GraphNode {
  if (axes.length === 0) return x;
  const kept = x.shape.map((length, i) => (axes.includes(i) ? 1 : length));
  const shape = keepDims ? kept : kept.filter((_, i) => !axes.includes(i));
  if (vanishes(x)) return vanishing(shape);
  if (axes.every(axis => x.shape[axis] === 1)) return reshape(x, shape);
  return new GraphNode(reductionOperator(type), [x], shape, x.dtype, { axes });
}
