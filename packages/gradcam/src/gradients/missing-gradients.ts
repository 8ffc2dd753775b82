import {
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  div,
  engine,
  eye,
  type GradConfig,
  gatherND,
  getBackend,
  getGradient,
  getKernel,
  image as imageOps,
  matMul,
  ones,
  pad,
  range,
  reshape,
  scatterND,
  slice,
  stridedSlice,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  transpose,
} from '@tensorflow/tfjs-core';
import { depthwiseByInput } from './depthwise-gradient';
import { sharedExtremes } from './extremes';

type Pair = readonly [number, number];
type Padding = 'same' | 'valid' | number;
type Attributes = Parameters<GradConfig['gradFunc']>[2];
type Sized = { readonly size: number };

/** The kernel for the gradient of a depthwise convolution with respect to its input. The engine `wasm` lacks it. */
const backpropInput = 'DepthwiseConv2dNativeBackpropInput';

/**
 * Gradients with respect to the input that TensorFlow.js lacks or computes wrongly, built from operations that every engine has: for
 * dilated convolutions (refused by TensorFlow.js), depthwise convolutions (without a kernel on `wasm`), strided slices (missing), resizing (its `cpu` kernels confuse height and width, and
 * ignore half-pixel centers), and average pooling with padding (it divides by the whole window). All of them can be differentiated again.
 */
export function missingGradients(): readonly GradConfig[] {
  return [
    ...sharedExtremes,
    instead('Conv2D', ['x', 'filter'], dilatedConvolution),
    instead('DepthwiseConv2dNative', ['x', 'filter'], depthwise),
    instead('AvgPool', ['x'], paddedAverage),
    { kernelName: 'ResizeBilinear', inputsToSave: ['images'], gradFunc: resized('resizeBilinear') },
    {
      kernelName: 'ResizeNearestNeighbor',
      inputsToSave: ['images'],
      gradFunc: resized('resizeNearestNeighbor'),
    },
    { kernelName: 'StridedSlice', inputsToSave: ['x'], gradFunc: scattered },
    {
      kernelName: 'ScatterNd',
      inputsToSave: ['indices'],
      gradFunc: (ddx, [indices]) => ({ updates: () => gatherND(ddx as Tensor, indices!) }),
    },
    {
      kernelName: backpropInput,
      inputsToSave: ['filter'],
      gradFunc: (ddx, [filter], attrs) => {
        const { strides, pad: padding, dilations } = attrs as unknown as Convolution;
        return {
          dy: () =>
            depthwiseConv2d(
              ddx as Tensor4D,
              filter as Tensor4D,
              strides as [number, number],
              padding as Padding,
              'NHWC',
              (dilations ?? 1) as number,
            ),
        };
      },
    },
  ];
}

type Form = (
  dy: Tensor4D,
  saved: Tensor[],
  attrs: Attributes,
) => Record<string, () => Tensor> | undefined;

/** Uses the gradient that `form` returns, if any, and otherwise TensorFlow.js's own. */
function instead(kernelName: string, inputsToSave: string[], form: Form): GradConfig {
  const own = getGradient(kernelName);
  return {
    ...own,
    kernelName,
    inputsToSave,
    gradFunc: (dy, saved, attrs) =>
      form(dy as Tensor4D, saved, attrs) ?? own!.gradFunc(dy, saved, attrs),
  };
}

interface Convolution {
  readonly strides: number | Pair;
  readonly pad: Padding;
  readonly dilations?: number | Pair | null;
  readonly dataFormat?: string;
}

/** Layers store `null` for settings that were not given. */
function pairOf(value: number | Pair | null | undefined): Pair {
  const rate = value ?? 1;
  return typeof rate === 'number' ? [rate, rate] : rate;
}

/** Inserts zeros between the positions of a filter, so that a convolution without dilation has the effect of the dilated one. */
function spreadFilter(filter: Tensor4D, dilations: number | Pair | null | undefined): Tensor4D {
  const [down, across] = pairOf(dilations);
  const [height, width, inputs, outputs] = filter.shape;
  const apart = pad(reshape(filter, [height, 1, width, 1, inputs * outputs]), [
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, across - 1],
    [0, 0],
  ]);
  const whole = reshape(apart, [height * down, width * across, inputs, outputs]) as Tensor4D;
  return slice(
    whole,
    [0, 0, 0, 0],
    [(height - 1) * down + 1, (width - 1) * across + 1, inputs, outputs],
  );
}

const isDilated = ({ dilations }: Convolution): boolean => pairOf(dilations).some(rate => rate > 1);

const dilatedConvolution: Form = (dy, [x, filter], attrs) => {
  const convolution = attrs as unknown as Convolution;
  const { strides, pad: padding, dataFormat = 'NHWC', dilations } = convolution;
  if (!isDilated(convolution) || dataFormat !== 'NHWC') return undefined;
  const shape = x!.shape as Tensor4D['shape'];
  return {
    x: () =>
      conv2dTranspose(
        dy,
        spreadFilter(filter as Tensor4D, dilations),
        shape,
        strides as [number, number],
        padding,
      ),
  };
};

const depthwise: Form = (dy, [x, filter], attrs) => {
  const convolution = attrs as unknown as Convolution;
  const lacksKernel = getKernel(backpropInput, getBackend()) === undefined;
  if (!isDilated(convolution) && !lacksKernel) return undefined;
  const shape = x!.shape as Tensor4D['shape'];
  const whole = () =>
    isDilated(convolution)
      ? spreadFilter(filter as Tensor4D, convolution.dilations)
      : (filter as Tensor4D);
  return {
    x: () =>
      lacksKernel
        ? depthwiseByInput(dy, whole(), shape, {
            strides: pairOf(convolution.strides),
            pad: convolution.pad,
          })
        : (engine().runKernel(
            backpropInput,
            { dy, filter: whole() },
            { ...attrs, dilations: [1, 1], inputShape: shape },
          ) as Tensor),
  };
};

const paddedAverage: Form = (dy, saved, attrs) => {
  const { pad: padding } = attrs as unknown as Convolution;
  return padding === 'valid' || padding === 0 ? undefined : averaged(dy, saved, attrs);
};

/** Gradient of average pooling, built from operations that can be differentiated again. */
export function averaged(dy: Tensor4D, [x]: Tensor[], attrs: Attributes) {
  const {
    filterSize,
    strides,
    pad: padding,
  } = attrs as unknown as Convolution & {
    filterSize: number | Pair;
  };
  const [count, height, width, channels] = x!.shape as Tensor4D['shape'];
  const [, rows, columns] = dy.shape;
  const window = ones([...pairOf(filterSize), 1, 1]) as Tensor4D;
  const steps = strides as [number, number];
  return {
    x: () => {
      const places = conv2d(ones([1, height, width, 1]) as Tensor4D, window, steps, padding);
      const shares = transpose(div(dy, places), [0, 3, 1, 2]);
      // Treat each channel as an image with one channel.
      const alone = reshape(shares, [count * channels, rows, columns, 1]) as Tensor4D;
      const whole = conv2dTranspose(
        alone,
        window,
        [count * channels, height, width, 1],
        steps,
        padding,
      );
      return transpose(reshape(whole, [count, channels, height, width]), [0, 2, 3, 1]);
    },
  };
}

/** Resizing multiplies by a matrix along each side. Its gradient multiplies by the transposed matrices. */
function resized(name: 'resizeBilinear' | 'resizeNearestNeighbor'): GradConfig['gradFunc'] {
  return (dy, [images], attrs) => {
    const { alignCorners, halfPixelCenters } = attrs as unknown as Record<string, boolean>;
    const [count, height, width, channels] = images!.shape as Tensor4D['shape'];
    const [, rows, columns] = (dy as Tensor4D).shape;
    /** Matrix `[to, from]` that resizes along one side. */
    const along = (from: number, to: number) =>
      reshape(
        imageOps[name](
          reshape(eye(from), [1, from, from, 1]) as Tensor4D,
          [to, from],
          alignCorners,
          halfPixelCenters,
        ),
        [to, from],
      ) as Tensor2D;
    const times = (values: Tensor, matrix: Tensor2D) =>
      matMul(reshape(values, [-1, matrix.shape[0]]) as Tensor2D, matrix);
    return {
      images: () => {
        const narrow = times(transpose(dy as Tensor4D, [0, 3, 1, 2]), along(width, columns));
        const turned = transpose(reshape(narrow, [count, channels, rows, width]), [0, 1, 3, 2]);
        const low = times(turned, along(height, rows));
        return transpose(reshape(low, [count, channels, width, height]), [0, 3, 2, 1]);
      },
    };
  };
}

const scattered: GradConfig['gradFunc'] = (dy, [x], attrs) => ({
  x: () => {
    const { begin, end, strides, ...masks } = attrs as unknown as Record<
      'begin' | 'end' | 'strides',
      number[]
    > &
      Record<string, number>;
    const { size } = x! as Sized;
    const numbers = reshape(range(0, size, 1, 'int32'), x!.shape);
    const taken = stridedSlice(
      numbers,
      begin,
      end,
      strides,
      masks.beginMask,
      masks.endMask,
      masks.ellipsisMask,
      masks.newAxisMask,
      masks.shrinkAxisMask,
    );
    const values = reshape(dy as Tensor, [-1]) as Tensor1D;
    return reshape(scatterND(reshape(taken, [-1, 1]) as Tensor2D, values, [size]), x!.shape);
  },
});
