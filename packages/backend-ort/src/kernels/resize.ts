import { GraphNode, type Operator } from '../graph/node';
import type { KernelCall, Translation, Translations } from './kernel';

interface ResizeAttrs {
  readonly images?: GraphNode;
  readonly size: [number, number];
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

const resizeOperator: Operator = {
  name: 'Resize',
  lower: (graph, node) => {
    const [x] = node.inputs as [GraphNode];
    const [batch, height, width, channels] = node.shape as [number, number, number, number];
    const sizes = graph.integers([batch, channels, height, width]);
    const value = graph.add('Resize', [graph.channelsFirst(x), '', '', sizes], node.attributes);
    graph.place(node, value, 'channelsFirst');
  },
};

/** Places of the output in the input, as ONNX names them. */
function transformation({ alignCorners, halfPixelCenters }: ResizeAttrs): string {
  if (alignCorners) return 'align_corners';
  return halfPixelCenters ? 'half_pixel' : 'asymmetric';
}

function resize(mode: 'linear' | 'nearest'): Translation {
  return ({ inputs, attrs }: KernelCall<ResizeAttrs>) => {
    const x = inputs.images!;
    if (x.dtype !== 'float32') return undefined;
    // tfjs rounds places of the nearest pixel in ways that ONNX has only without centres.
    if (mode === 'nearest' && (attrs.halfPixelCenters || attrs.alignCorners)) return undefined;
    const [height, width] = attrs.size;
    const shape = [x.shape[0]!, height, width, x.shape[3]!];
    return new GraphNode(resizeOperator, [x], shape, 'float32', {
      mode,
      coordinate_transformation_mode: transformation(attrs),
      nearest_mode: 'floor',
    });
  };
}

export const resizeKernels: Translations = {
  ResizeBilinear: resize('linear'),
  ResizeNearestNeighbor: resize('nearest'),
};
