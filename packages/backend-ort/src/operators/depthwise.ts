import type { Lowering, Operator } from '../graph/lowering';
import { GraphNode, type Shape } from '../graph/node';
import {
  axes,
  convolutionAttributes,
  flip,
  outputPadding,
  reversed,
  type Window,
  windowOf,
} from './convolution';
import {
  convolveBackInBlocks,
  convolveBlocks,
  filterGradientInBlocks,
  isInBlocks,
} from './depthwise-blocks';
import { cropOffsets } from './filter-gradient';

/** `[h, w, C, M]` to `[C * M, 1, h, w]`. */
function filterPerChannel(graph: Lowering, filter: GraphNode): string {
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number];
  const outputs = channels * multiplier;
  const turned = graph.turned(filter, numbers => reversed(numbers, 1, outputs), [
    outputs,
    1,
    height,
    width,
  ]);
  if (turned !== undefined) return turned;
  const ordered = graph.add('Transpose', [graph.plain(filter)], { perm: [2, 3, 0, 1] });
  return graph.reshape(ordered, [outputs, 1, height, width]);
}

const depthwiseOperator: Operator = {
  name: 'DepthwiseConv',
  lower: (graph, node) => {
    const [x, filter, bias] = node.inputs as [GraphNode, GraphNode, GraphNode?];
    const attributes = convolutionAttributes(windowOf(node));
    if (isInBlocks(graph, filter)) return convolveBlocks(graph, node, attributes);
    const inputs = [graph.channelsFirst(x), filterPerChannel(graph, filter)];
    if (bias !== undefined) inputs.push(graph.plain(bias));
    graph.place(node, graph.add('Conv', inputs, attributes), 'channelsFirst');
  },
};

/**
 * @param x `[N, H, W, C]`.
 * @param filter `[h, w, C, M]`.
 * @returns `[N, H', W', C * M]`.
 */
export function depthwise(
  x: GraphNode,
  filter: GraphNode,
  window: Window,
  outputShape: Shape,
  bias?: GraphNode,
): GraphNode {
  const inputs = bias === undefined ? [x, filter] : [x, filter, bias];
  const attributes = { ...window, group: filter.shape[2]! };
  return new GraphNode(depthwiseOperator, inputs, outputShape, 'float32', attributes);
}

const inputGradientOperator: Operator = {
  name: 'DepthwiseInputGradient',
  lower: (graph, node) => {
    const [dy, filter] = node.inputs as [GraphNode, GraphNode];
    const window = windowOf(node);
    const { kernelSize, strides, dilations } = window;
    const reach = kernelSize.map((length, i) => (length - 1) * dilations[i]!);
    const before = reach.map((length, i) => length - window.before[i]!);
    const after = reach.map(
      (length, i) => node.shape[i + 1]! - (dy.shape[i + 1]! + before[i]! - length),
    );
    const unit = strides.every(stride => stride === 1);
    if (unit && [...before, ...after].every(length => length >= 0)) {
      const attributes = convolutionAttributes({ ...window, before, after });
      if (isInBlocks(graph, filter)) return convolveBackInBlocks(graph, node, attributes);
      const flipped = flip(graph, filter, kernelSize);
      const weights = graph.add('Transpose', [flipped], { perm: [2, 3, 0, 1] });
      const inputs = [graph.channelsFirst(dy), weights];
      graph.place(node, graph.add('Conv', inputs, attributes), 'channelsFirst');
      return;
    }
    const attributes = {
      ...convolutionAttributes(window),
      output_padding: outputPadding(node.shape, dy.shape, window),
    };
    const inputs = [graph.channelsFirst(dy), filterPerChannel(graph, filter)];
    graph.place(node, graph.add('ConvTranspose', inputs, attributes), 'channelsFirst');
  },
};

export function depthwiseInputGradient(
  dy: GraphNode,
  filter: GraphNode,
  window: Window,
  inputShape: Shape,
): GraphNode {
  const attributes = { ...window, group: filter.shape[2]! };
  return new GraphNode(inputGradientOperator, [dy, filter], inputShape, 'float32', attributes);
}

const filterGradientOperator: Operator = {
  name: 'DepthwiseFilterGradient',
  lower: (graph, node) => {
    const [x, dy] = node.inputs as [GraphNode, GraphNode];
    if (isInBlocks(graph, node)) {
      graph.place(node, filterGradientInBlocks(graph, node, windowOf(node)));
      return;
    }
    const { kernelSize, strides, dilations, before, after } = windowOf(node);
    const [height, width, channels, multiplier] = node.shape as [number, number, number, number];
    const [images, rows, columns] = x.shape as [number, number, number];
    // Uses one group per channel, in which the images act as channels and the output's gradient as the filter.
    const swap = { perm: [3, 0, 1, 2] };
    const image = graph.reshape(graph.add('Transpose', [graph.plain(x)], swap), [
      1,
      channels * images,
      rows,
      columns,
    ]);
    const gradient = graph.add('Transpose', [graph.plain(dy)], swap);
    const product = graph.add('Conv', [image, gradient], {
      kernel_shape: dy.shape.slice(1, -1),
      strides: dilations,
      dilations: strides,
      pads: [...before, ...after],
      group: channels,
    });
    const cropped = cropOffsets(graph, product, kernelSize);
    const grouped = graph.reshape(cropped, [channels, multiplier, height, width]);
    graph.place(node, graph.add('Transpose', [grouped], { perm: [2, 3, ...axes(2)] }));
  },
};

export function depthwiseFilterGradient(
  x: GraphNode,
  dy: GraphNode,
  window: Window,
  filterShape: Shape,
): GraphNode {
  const attributes = { ...window, group: filterShape[2]! };
  return new GraphNode(filterGradientOperator, [x, dy], filterShape, 'float32', attributes);
}
