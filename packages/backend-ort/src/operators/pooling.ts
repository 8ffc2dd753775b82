import { channelsFirstShape } from '../graph/layout';
import type { Operator } from '../graph/lowering';
import { GraphNode, type Shape } from '../graph/node';
import { outputPadding, type Window, windowOf } from './convolution';

export type Pooling = 'MaxPool' | 'AveragePool';

function attributesOf(node: GraphNode) {
  const { kernelSize, strides, dilations, before, after } = windowOf(node);
  return { kernel_shape: kernelSize, strides, dilations, pads: [...before, ...after] };
}

const poolingOperators: Record<Pooling, Operator> = {
  MaxPool: poolingOperator('MaxPool'),
  AveragePool: poolingOperator('AveragePool'),
};

function poolingOperator(type: Pooling): Operator {
  return {
    name: type,
    lower: (graph, node) => {
      const [x] = node.inputs as [GraphNode];
      const value = graph.add(type, [graph.channelsFirst(x)], attributesOf(node));
      graph.place(node, value, 'channelsFirst');
    },
  };
}

/** The maximum or mean of the values in each window. Padding does not count. */
export function pool(type: Pooling, x: GraphNode, window: Window, outputShape: Shape): GraphNode {
  return new GraphNode(poolingOperators[type], [x], outputShape, 'float32', { ...window });
}

const maxGradientOperator: Operator = {
  name: 'MaxPoolGradient',
  lower: (graph, node) => {
    const [dy, x] = node.inputs as [GraphNode, GraphNode];
    const [, indices] = graph.addMany('MaxPool', [graph.channelsFirst(x)], 2, attributesOf(node));
    // The gradient goes to the first maximum of each window; gradients of overlapping windows add up.
    const flat = graph.reshape(indices!, [dy.size]);
    const gradient = graph.reshape(graph.channelsFirst(dy), [dy.size]);
    const zeros = graph.add('Expand', [graph.scalar(0, 'float32'), graph.integers([x.size])]);
    const sum = graph.add('ScatterElements', [zeros, flat, gradient], {
      axis: 0,
      reduction: 'add',
    });
    graph.place(node, graph.reshape(sum, channelsFirstShape(x.shape)), 'channelsFirst');
  },
};

export function maxPoolGradient(dy: GraphNode, x: GraphNode, window: Window): GraphNode {
  return new GraphNode(maxGradientOperator, [dy, x], x.shape, 'float32', { ...window });
}

const averageGradientOperator: Operator = {
  name: 'AveragePoolGradient',
  lower: (graph, node) => {
    const [dy] = node.inputs as [GraphNode];
    const window = windowOf(node);
    const channels = dy.shape.at(-1)!;
    // Tfjs gives each position of a window an equal share, even if the window extends into the padding.
    const share = 1 / window.kernelSize.reduce((product, length) => product * length, 1);
    const shared = graph.add('Mul', [graph.channelsFirst(dy), graph.scalar(share, 'float32')]);
    if (dy.size === dy.shape[0]! * channels) {
      const covers = window.kernelSize.every(
        (length, i) => window.before[i] === 0 && length === node.shape[i + 1],
      );
      if (covers) {
        const shape = graph.integers(channelsFirstShape(node.shape));
        graph.place(node, graph.add('Expand', [shared, shape]), 'channelsFirst');
        return;
      }
    }
    const ones = graph.add('Expand', [
      graph.scalar(1, 'float32'),
      graph.integers([channels, 1, ...window.kernelSize]),
    ]);
    const value = graph.add('ConvTranspose', [shared, ones], {
      ...attributesOf(node),
      group: channels,
      output_padding: outputPadding(node.shape, dy.shape, window),
    });
    graph.place(node, value, 'channelsFirst');
  },
};

export function averagePoolGradient(dy: GraphNode, inputShape: Shape, window: Window): GraphNode {
  return new GraphNode(averageGradientOperator, [dy], inputShape, 'float32', { ...window });
}
