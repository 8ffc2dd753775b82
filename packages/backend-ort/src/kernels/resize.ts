import { GraphNode, leaf, type Operator } from '../graph/node';
import { matMul } from '../operators/product';
import { reshape } from '../operators/shape';
import type { KernelCall, Translation, Translations } from './kernel';

interface ResizeAttrs {
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

/** The share that each of `from` places has in each of `to` places between them: `[from, to]`. */
function shares(from: number, to: number, alignCorners: boolean): GraphNode {
  const align = alignCorners && to > 1;
  const scale = align ? (from - 1) / (to - 1) : from / to;
  const data = new Float32Array(from * to);
  for (let place = 0; place < to; place++) {
    const at = place * scale;
    const low = Math.floor(at);
    const high = Math.min(Math.ceil(at), from - 1);
    data[low * to + place]! += 1 - (at - low);
    data[high * to + place]! += at - low;
  }
  return leaf(data, [from, to], 'float32');
}

export const resizeKernels: Translations = {
  ResizeBilinear: resize('linear'),
  ResizeNearestNeighbor: resize('nearest'),
  // Bilinear interpolation is a product with a matrix along each axis, and so is its gradient.
  ResizeBilinearGrad: ({ inputs, attrs }: KernelCall<{ alignCorners: boolean }>) => {
    const dy = inputs.dy!;
    const [n, fromHeight, fromWidth, c] = inputs.images!.shape as [number, number, number, number];
    const [, toHeight, toWidth] = dy.shape as [number, number, number];
    const rows = shares(fromHeight, toHeight, attrs.alignCorners);
    const columns = shares(fromWidth, toWidth, attrs.alignCorners);
    const byRows = matMul(rows, reshape(dy, [n, toHeight, toWidth * c]));
    const byColumns = matMul(columns, reshape(byRows, [n * fromHeight, toWidth, c]));
    return reshape(byColumns, [n, fromHeight, fromWidth, c]);
  },
};
