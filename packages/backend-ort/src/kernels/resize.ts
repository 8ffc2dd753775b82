import { type GraphNode, leaf } from '../graph/node';
import { matMul } from '../operators/product';
import { type Alignment, nearestShares, resize, sharesBetween } from '../operators/resize';
import { reshape } from '../operators/shape';
import type { KernelCall, Translation, Translations } from './kernel';

interface ResizeAttrs extends Alignment {
  readonly size: [number, number];
}

function resizing(mode: 'linear' | 'nearest'): Translation {
  return ({ inputs, attrs }: KernelCall<ResizeAttrs>) => {
    const x = inputs.images!;
    return x.dtype === 'float32' ? resize(mode, x, attrs.size, attrs) : undefined;
  };
}

/**
 * The gradient of resizing. Resizing is a product with a matrix along each axis, and so is its gradient. As in tfjs, these
 * kernels do not support `halfPixelCenters`; the registered gradient does.
 *
 * @param shares Shares of the input positions in the output positions.
 */
function gradient(
  shares: (from: number, to: number, alignment: Alignment) => Float32Array,
): Translation {
  return ({ inputs, attrs }: KernelCall<{ alignCorners: boolean }>) => {
    const dy = inputs.dy!;
    const images = inputs.images!;
    if (dy.dtype !== 'float32' || images.dtype !== 'float32') return undefined;
    const [n, fromHeight, fromWidth, c] = images.shape as [number, number, number, number];
    const [, toHeight, toWidth] = dy.shape as [number, number, number];
    const alignment = { alignCorners: attrs.alignCorners, halfPixelCenters: false };
    const matrix = (from: number, to: number): GraphNode =>
      leaf(shares(from, to, alignment), [from, to], 'float32');
    const rows = matrix(fromHeight, toHeight);
    const byRows = matMul(rows, reshape(dy, [n, toHeight, toWidth * c]));
    const columns = matrix(fromWidth, toWidth);
    const byColumns = matMul(columns, reshape(byRows, [n * fromHeight, toWidth, c]));
    return reshape(byColumns, [n, fromHeight, fromWidth, c]);
  };
}

export const resizeKernels: Translations = {
  ResizeBilinear: resizing('linear'),
  ResizeNearestNeighbor: resizing('nearest'),
  ResizeBilinearGrad: gradient(sharesBetween),
  ResizeNearestNeighborGrad: gradient(nearestShares),
};
