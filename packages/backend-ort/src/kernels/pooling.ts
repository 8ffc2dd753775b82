import { backend_util } from '@tensorflow/tfjs-core';
import type { Window } from '../operators/convolution';
import { averagePoolGradient, maxPoolGradient, type Pooling, pool } from '../operators/pooling';
import { reduce } from '../operators/reduction';
import { windowOf } from './convolution';
import type { KernelCall, Translation, Translations } from './kernel';

interface PoolAttrs {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dilations?: number | [number, number];
}

function geometry(inputShape: readonly number[], attrs: PoolAttrs) {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = backend_util.computePool2DInfo(
    inputShape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  return { window: windowOf(info), outShape: info.outShape };
}

function pooling(type: Pooling): Translation {
  return ({ inputs, attrs }: KernelCall<PoolAttrs>) => {
    const x = inputs.x!;
    if (x.dtype !== 'float32') return undefined;
    const { window, outShape } = geometry(x.shape, attrs);
    const [height, width] = window.kernel;
    const global =
      outShape[1] === 1 && outShape[2] === 1 && height === x.shape[1] && width === x.shape[2];
    const padded = [...window.before, ...window.after].some(length => length > 0);
    if (type === 'AveragePool' && global && !padded) return reduce('ReduceMean', x, [1, 2], true);
    if (reachesPaddingAlone(window)) return undefined;
    return pool(type, x, window, outShape);
  };
}

export const poolingKernels: Translations = {
  MaxPool: pooling('MaxPool'),
  AvgPool: pooling('AveragePool'),
  MaxPoolGrad: ({ inputs, attrs }: KernelCall<PoolAttrs>) => {
    const x = inputs.input!;
    return maxPoolGradient(inputs.dy!, x, geometry(x.shape, attrs).window);
  },
  AvgPoolGrad: ({ inputs, attrs }: KernelCall<PoolAttrs>) => {
    const { shape } = inputs.input!;
    return averagePoolGradient(inputs.dy!, shape, geometry(shape, attrs).window);
  },
};

/** Whether some window may lie in the padding alone: it has no value in ONNX. */
export function reachesPaddingAlone({ kernel, before, after }: Window): boolean {
  return kernel.some((length, i) => before[i]! >= length || after[i]! >= length);
}
