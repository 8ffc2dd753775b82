import { OnnxModel } from '@shroom/formats';
import { outputUnreadable, unreadableModel } from '../onnx/unreadable';
import type { HostTensor, Tensors } from './runtime';

/*
 * Onnxruntime-node writes outputs into the given arrays, and then copies each of them into a new array, which it returns
 * and nobody uses. For the weights and averages of a ResNet50 under Adam, these copies are 380 MB per step, 0.5 GB of the
 * peak memory, and many garbage collections; an output of 100 MB takes 35 ms without the copy and 130 ms with it. The
 * binding copies the outputs in order, and stops with an error at the first output whose type has no JavaScript array. So
 * such an output is put first: when the error occurs, the run is finished and all given arrays are written.
 */

/** A model that negates its input. Its first output is the unreadable one. */
export function probeModel(): { model: OnnxModel; input: string; output: string } {
  const model = new OnnxModel();
  outputUnreadable(model);
  const input = model.input('float32', [1]);
  const output = model.output(model.add('Neg', [input]), 'float32', [1]);
  return { model, input, output };
}

/**
 * The error message with which the installed binding stops before it copies.
 *
 * @param probe The result of {@link probeModel}.
 * @param run Runs the model.
 * @returns `undefined` if the binding does not stop, or stops before the arrays are written.
 */
export function stopMessage(
  probe: { readonly input: string; readonly output: string },
  run: (feeds: Tensors, fetches: Readonly<Record<string, HostTensor | null>>) => unknown,
): string | undefined {
  const tensor = (value: number): HostTensor => ({
    type: 'float32',
    dims: [1],
    data: Float32Array.of(value),
    location: 'cpu',
  });
  const [x, y] = [tensor(1), tensor(0)];
  try {
    run({ [probe.input]: x }, { [unreadableModel.name]: null, [probe.output]: y });
    return undefined;
  } catch (error) {
    return y.data[0] === -1 ? (error as Error).message : undefined;
  }
}
