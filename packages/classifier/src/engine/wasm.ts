import {
  getKernel,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

interface Product {
  readonly inputs: { readonly a: TensorInfo; readonly b: TensorInfo };
  readonly backend: { disposeData(dataId: object): void };
  readonly attrs: { readonly transposeA: boolean; readonly transposeB: boolean };
}

type Kernel = (call: object) => TensorInfo;

/**
 * Makes the wasm backend transpose a matrix before multiplication. The backend's own product with a transposed matrix is slow: 0.4 GFLOP/s
 * instead of the 19 of a plain product. Every gradient of a linear layer is a product with a transposed matrix.
 */
export function multiplyTransposedFast(): void {
  const multiply = getKernel('BatchMatMul', 'wasm');
  const transpose = getKernel('Transpose', 'wasm');
  if (!multiply || !transpose) throw new Error('The wasm backend is not registered.');
  const flip = (x: TensorInfo, backend: Product['backend']): TensorInfo => {
    const rank = x.shape.length;
    const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
    return (transpose.kernelFunc as unknown as Kernel)({ inputs: { x }, backend, attrs: { perm } });
  };
  const kernelFunc = ({ inputs, backend, attrs }: Product): TensorInfo => {
    const a = attrs.transposeA ? flip(inputs.a, backend) : inputs.a;
    const b = attrs.transposeB ? flip(inputs.b, backend) : inputs.b;
    const plain = { transposeA: false, transposeB: false };
    const product = (multiply.kernelFunc as unknown as Kernel)({
      inputs: { a, b },
      backend,
      attrs: plain,
    });
    if (a !== inputs.a) backend.disposeData(a.dataId);
    if (b !== inputs.b) backend.disposeData(b.dataId);
    return product;
  };
  unregisterKernel('BatchMatMul', 'wasm');
  registerKernel({ ...multiply, kernelFunc: kernelFunc as unknown as typeof multiply.kernelFunc });
}
