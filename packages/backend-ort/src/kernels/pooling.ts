import { backend_util } from '@tensorflow/tfjs-core';
import type { GraphNode, Shape } from '../graph/node';
import { fits, type Window } from '../operators/convolution';
import { averagePoolGradient, maxPoolGradient, type Pooling, pool } from '../operators/pooling';
import { reduce } from '../operators/reduction';
import { sameShape } from '../operators/shape';
import { windowOf } from './convolution';
import type { KernelCall, Translation, Translations } from './kernel';

interface PoolAttrs {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dilations?: number | [number, number];
}

/** @returns `undefined` if ONNX does not support such windows, or if they do not match `dyShape`. */
function geometry(inputShape: readonly number[], attrs: PoolAttrs, dyShape?: Shape) {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = backend_util.computePool2DInfo(
    inputShape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const { outShape } = info;
  const window = windowOf(info);
  const expected = dyShape === undefined || sameShape(outShape, dyShape);
  const fitting = expected && fits(window, inputShape.slice(1, -1), outShape.slice(1, -1));
  return fitting && !reachesPaddingAlone(window) ? { window, outShape } : undefined;
}

function pooling(type: Pooling): Translation {
  return ({ inputs, attrs }: KernelCall<PoolAttrs>) => {
    const x = inputs.x!;
    if (x.dtype !== 'float32') return undefined;
    const found = geometry(x.shape, attrs);
    if (found === undefined) return undefined;
    const { window, outShape } = found;
    const [height, width] = window.kernelSize;
    const global =
      outShape[1] === 1 && outShape[2] === 1 && height === x.shape[1] && width === x.shape[2];
    const padded = [...window.before, ...window.after].some(length => length > 0);
    if (type === 'AveragePool' && global && !padded) return reduce('ReduceMean', x, [1, 2], true);
    return pool(type, x, window, outShape);
  };
}

export const poolingKernels: Translations = {
  MaxPool: pooling('MaxPool'),
  AvgPool: pooling('AveragePool'),
  MaxPoolGrad: ({ inputs, attrs }: KernelCall<PoolAttrs>) => {
    const { dy, input } = inputs as Record<string, GraphNode>;
    const found = geometry(input!.shape, attrs, dy!.shape);
    return found && maxPoolGradient(dy!, input!, found.window);
  },
  AvgPoolGrad: ({ inputs, attrs }: KernelCall<PoolAttrs>) => {
    const { dy, input } = inputs as Record<string, GraphNode>;
    const found = geometry(input!.shape, attrs, dy!.shape);
    if (found === undefined || found.window.after.some(length => length < 0)) return undefined;
    return averagePoolGradient(dy!, input!.shape, found.window);
  },
};

/** Whether some window may lie completely in the padding. Such a window has no value in ONNX. */
export function reachesPaddingAlone({ kernelSize, before, after }: Window): boolean {
  return kernelSize.some((length, i) => before[i]! >= length || after[i]! >= length);
}
