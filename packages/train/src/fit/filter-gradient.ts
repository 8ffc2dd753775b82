import {
  backend_util,
  concat,
  getKernel,
  type KernelConfig,
  matMul,
  pad,
  registerKernel,
  reshape,
  stridedSlice,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';

const kernelName = 'Conv2DBackpropFilter';

interface FilterGradient {
  readonly inputs: { readonly x: Tensor4D; readonly dy: Tensor4D };
  readonly attrs: {
    readonly strides: [number, number] | number;
    readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
    readonly filterShape: [number, number, number, number];
  };
}

/**
 * Gives an engine without the kernel `Conv2DBackpropFilter` the gradient of a convolution's filter. It is composed of
 * kernels that every engine has: one matrix product for each position of the filter. With it, the `wasm` engine of
 * TensorFlow.js can train convolutions. If the engine has the kernel already, nothing changes.
 *
 * @param engine Name of the backend, such as `wasm`.
 * @example
 * ```ts
 * import { setBackend } from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-wasm';
 *
 * await setBackend('wasm');
 * registerFilterGradient('wasm'); // before the first step that trains a convolution
 * ```
 */
export function registerFilterGradient(engine: string): void {
  if (getKernel(kernelName, engine)) return;
  const kernelFunc = ({ inputs, attrs }: FilterGradient) => filterGradient(inputs, attrs);
  const config = { kernelName, backendName: engine, kernelFunc };
  registerKernel(config as unknown as KernelConfig);
}

function filterGradient(
  { x, dy }: FilterGradient['inputs'],
  { strides, pad: padding, filterShape }: FilterGradient['attrs'],
): Tensor {
  return tidy(() => {
    const [height, width, inputs, outputs] = filterShape;
    const { padInfo, strideHeight, strideWidth, outHeight, outWidth, batchSize } =
      backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, padding);
    const { top, bottom, left, right } = padInfo;
    const sides: [number, number][] = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ];
    const padded = top + bottom + left + right === 0 ? x : pad(x, sides);
    const places = batchSize * outHeight * outWidth;
    const error = reshape(dy, [places, outputs]) as Tensor2D;
    const products: Tensor[] = [];
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        // The inputs that this position of the filter saw, for every position of the output.
        const seen = stridedSlice(
          padded,
          [0, row, column, 0],
          [
            batchSize,
            row + (outHeight - 1) * strideHeight + 1,
            column + (outWidth - 1) * strideWidth + 1,
            inputs,
          ],
          [1, strideHeight, strideWidth, 1],
        );
        products.push(matMul(reshape(seen, [places, inputs]) as Tensor2D, error, true));
      }
    return reshape(concat(products, 0), filterShape);
  });
}
