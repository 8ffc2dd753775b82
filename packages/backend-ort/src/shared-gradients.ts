import {
  backend_util,
  engine,
  type GradConfig,
  getGradient,
  matMul,
  mul,
  type NamedAttrMap,
  registerGradient,
  reshape,
  type Tensor,
  tensor,
  unregisterGradient,
} from '@tensorflow/tfjs-core';
import { type Alignment, nearestShares, sharesBetween } from './operators/resize';

/**
 * Corrections of gradients that are wrong in tfjs itself. They apply to every engine, because tfjs has a single table of
 * gradients. The gradients of average pooling divide by the whole window even at borders, where the forward pass divides by
 * the pixels in the image. The gradients of resizing ignore `halfPixelCenters`, and on `cpu` they confuse the images of a
 * batch, and height with width.
 */
const configs: readonly GradConfig[] = [
  averagePooling('AvgPool', 'AvgPoolGrad', (shape, attrs) => {
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const info = backend_util.computePool2DInfo(
      shape as [number, number, number, number],
      filterSize as [number, number],
      strides as [number, number],
      1,
      pad,
      dimRoundingMode,
    );
    const { top, left } = info.padInfo;
    const rows = { length: info.filterHeight, stride: info.strideHeight, before: top };
    const columns = { length: info.filterWidth, stride: info.strideWidth, before: left };
    const extents = [rows, columns];
    if (dimRoundingMode === undefined) return { extents };
    // The kernel does not know how the number of windows was rounded, so it gets padding with room for all windows.
    const bottom = after(rows, info.inHeight, info.outHeight);
    const right = after(columns, info.inWidth, info.outWidth);
    const explicit = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ];
    return { extents, given: { filterSize, strides, pad: explicit } as unknown as NamedAttrMap };
  }),
  averagePooling('AvgPool3D', 'AvgPool3DGrad', (shape, attrs) => {
    const { filterSize, strides, pad, dimRoundingMode } = attrs;
    const info = backend_util.computePool3DInfo(
      shape as [number, number, number, number, number],
      filterSize as [number, number, number],
      strides as [number, number, number],
      1,
      pad as number | 'valid' | 'same',
      dimRoundingMode,
    );
    const { padInfo } = info;
    const extents = [
      { length: info.filterDepth, stride: info.strideDepth, before: padInfo.front },
      { length: info.filterHeight, stride: info.strideHeight, before: padInfo.top },
      { length: info.filterWidth, stride: info.strideWidth, before: padInfo.left },
    ];
    return { extents };
  }),
  resizing('ResizeBilinear', sharesBetween),
  resizing('ResizeNearestNeighbor', nearestShares),
];

interface PoolAttrs {
  readonly filterSize: number | readonly number[];
  readonly strides: number | readonly number[];
  readonly pad: number | 'valid' | 'same' | backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Windows along one axis of the image. */
interface Extent {
  readonly length: number;
  readonly stride: number;
  /** Padding before the first pixel. */
  readonly before: number;
}

interface Geometry {
  readonly extents: readonly Extent[];
  /** Attributes for the gradient kernel, if they differ from those of the forward pass. */
  readonly given?: NamedAttrMap;
}

/** Tfjs's kernel divides by the whole window. So `dy` is increased where fewer pixels of the window are in the image. */
function averagePooling(
  kernelName: string,
  gradientKernel: string,
  geometry: (shape: readonly number[], attrs: PoolAttrs) => Geometry,
): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({
      x: () => {
        let gradient = dy as Tensor;
        const { extents, given = attrs } = geometry(x!.shape, attrs as unknown as PoolAttrs);
        extents.forEach((extent, i) => {
          const axis = i + 1;
          const excess = excesses(extent, x!.shape[axis]!, gradient.shape[axis]!);
          if (excess.every(factor => factor === 1)) return;
          const shape = gradient.shape.map((_, at) => (at === axis ? excess.length : 1));
          gradient = mul(gradient, tensor(excess, shape));
        });
        const inputs = { dy: gradient, input: x! };
        return engine().runKernel(gradientKernel, inputs, given) as Tensor;
      },
    }),
  };
}

/** Padding after the image that the last of the windows needs; negative if there is room for more windows. */
function after({ length, stride, before }: Extent, image: number, windows: number): number {
  const needed = (windows - 1) * stride + length - before - image;
  return needed > -stride ? Math.max(0, needed) : needed;
}

/** For each window along an axis, its length divided by the length of its part in the image. */
function excesses({ length, stride, before }: Extent, image: number, windows: number): number[] {
  return Array.from({ length: windows }, (_, i) => {
    const start = i * stride - before;
    const inside = Math.min(start + length, image) - Math.max(start, 0);
    // A window that lies completely in the padding has no gradient.
    return inside > 0 ? length / inside : 0;
  });
}

type Shares = (from: number, to: number, alignment: Alignment) => Float32Array;

/** The gradient of resizing: a product with a matrix along each axis, as resizing is. */
function resizing(kernelName: string, shares: Shares): GradConfig {
  return {
    kernelName,
    inputsToSave: ['images'],
    gradFunc: (dy, [images], attrs) => ({
      images: () => {
        const [n, height, width, c] = images!.shape as [number, number, number, number];
        const [, toHeight, toWidth] = (dy as Tensor).shape as [number, number, number];
        const along = (from: number, to: number, x: Tensor): Tensor =>
          matMul(tensor(shares(from, to, attrs as unknown as Alignment), [1, from, to]), x);
        const byRows = along(height, toHeight, reshape(dy as Tensor, [n, toHeight, toWidth * c]));
        const byColumns = along(width, toWidth, reshape(byRows, [n * height, toWidth, c]));
        return reshape(byColumns, images!.shape);
      },
    }),
  };
}

/** Registers the gradients. Tfjs registers its own on import, possibly later. */
export function registerSharedGradients(): void {
  for (const config of configs) {
    const known = getGradient(config.kernelName);
    if (known === config) continue;
    // Without this, TensorFlow.js may warn on the console that a gradient is replaced.
    if (known !== undefined) unregisterGradient(config.kernelName);
    registerGradient(config);
  }
}
