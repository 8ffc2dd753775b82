import { type Tensor, tensor, util } from '@tensorflow/tfjs-core';
import type { OrtBackend } from './backend';
import { ortBackend } from './register';
import type { HostTensor } from './runtime/runtime';

/** A network from an ONNX file, which computes with the tensors of the backend `ort`. */
export interface OnnxFile {
  /**
   * Computes the network, at once.
   *
   * @param inputs Tensors by the names of the file's inputs, as 32-bit numbers.
   * @param outputs Shapes of the wanted outputs by their names.
   * @returns One tensor for each of `outputs`, in order. The caller disposes them.
   * @throws Error from ONNX Runtime when an input or output has another name or shape, or the file is disposed.
   */
  run(
    inputs: Readonly<Record<string, Tensor>>,
    outputs: Readonly<Record<string, readonly number[]>>,
  ): Tensor[];
  /** Frees the memory of the weights. */
  dispose(): void;
}

/**
 * Opens an ONNX file, to compute it on tensors of the backend `ort` with the same threads. Networks with integers of 8 bits are computed right on
 * every processor: where ONNX Runtime would cut off large sums, it is told to compute them in another, slower way.
 *
 * @param file The bytes of a file whose weights are inside.
 * @throws Error when the backend `ort` has not started with the native runtime, or ONNX Runtime cannot read the file.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { setBackend, zeros } from '@tensorflow/tfjs-core';
 *
 * await setBackend('ort');
 * const network = openOnnx(await readFile('resnet50.onnx'));
 * const [features] = network.run({ images: zeros([1, 3, 224, 224]) }, { output: [1, 2048, 7, 7] });
 * console.log(await features!.data());
 * features!.dispose();
 * network.dispose();
 * ```
 */
export function openOnnx(file: Uint8Array): OnnxFile {
  const backend: OrtBackend | undefined = ortBackend();
  if (!backend)
    throw new Error("backend-ort: an ONNX file needs the backend: call setBackend('ort') first.");
  const session = backend.openSession(file);
  return {
    run(inputs, outputs) {
      const host = ({ shape }: { readonly shape: readonly number[] }, data: Float32Array) =>
        ({ type: 'float32', dims: shape, data, location: 'cpu' }) satisfies HostTensor;
      const feeds = Object.entries(inputs).map(
        ([name, x]) => [name, host(x, x.dataSync<'float32'>())] as const,
      );
      const fetches = Object.entries(outputs).map(
        ([name, shape]) =>
          [name, host({ shape }, new Float32Array(util.sizeFromShape([...shape])))] as const,
      );
      session.runSync!(Object.fromEntries(feeds), Object.fromEntries(fetches));
      return fetches.map(([, { data, dims }]) => tensor(data, [...dims]));
    },
    dispose: () => session.release(),
  };
}
