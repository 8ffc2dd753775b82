import { OnnxModel } from '@shroom/formats';
import { outputUnreadable, unreadableModel } from '../onnx/unreadable';
import type { HostTensor, Tensors } from './runtime';

/*
 * onnxruntime-node writes outputs into the arrays that it is given, and then copies each of them into a new array, which it
 * returns and nobody wants. For the weights and averages of a ResNet50 under Adam that is 380 MB a step, 0.5 GB of the peak,
 * and a garbage collection after the other; an output of 100 MB takes 35 ms without the copy and 130 ms with it. It goes
 * through the outputs in order, and stops with an error at the first of a type that JavaScript has no array for. So such an
 * output is put first: when the error comes, the run is over, and every array is written.
 */

/** A model that changes the sign of its input, with the output that cannot be read before it. */
export function probeModel(): { model: OnnxModel; input: string; output: string } {
  const model = new OnnxModel();
  outputUnreadable(model);
  const input = model.input('float32', [1]);
  const output = model.output(model.add('Neg', [input]), 'float32', [1]);
  return { model, input, output };
}

/**
 * What the installed binding says when it stops before it copies.
 *
 * @param probe what {@link probeModel} gave.
 * @param run runs it.
 * @returns `undefined` where it does not stop, or stops before the arrays are written.
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
