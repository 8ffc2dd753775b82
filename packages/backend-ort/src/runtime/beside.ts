import { OnnxModel } from '@shroom/formats';
import type { HostTensor, Tensors } from './runtime';

/*
 * A model with its weights in it is written once by us and read once by ONNX Runtime, which copies what it reads: for a moment
 * there are two copies of the weights more than are needed, 200 MB of a ResNet50. So large constants stay beside the model:
 * ONNX Runtime takes them where they are, as data of files that the model names. It has to copy them then, since the arrays
 * are used again for other numbers.
 */

interface Runs {
  run(feeds: Tensors, fetches: Tensors, options: object): unknown;
  dispose(): void;
}

/**
 * Whether the installed binding takes weights from beside the model, and copies them.
 *
 * @param load compiles a model, with its large constants beside it.
 */
export function areWeightsCopied(load: (model: OnnxModel) => Runs): boolean {
  const length = 1024;
  // Not from the start of its memory, as weights that were read from one file are not.
  const weights = new Float32Array(2 * length).subarray(length).fill(1);
  const tensor = (): HostTensor => ({
    type: 'float32',
    dims: [length],
    data: new Float32Array(length),
    location: 'cpu',
  });
  const model = new OnnxModel();
  const input = model.input('float32', [length]);
  const bytes = new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength);
  const constant = model.constant('float32', [length], bytes);
  const output = model.output(model.add('Add', [input, constant]), 'float32', [length]);
  try {
    const session = load(model);
    weights.fill(2);
    const sum = tensor();
    session.run({ [input]: tensor() }, { [output]: sum }, {});
    session.dispose();
    return sum.data.every((value: number) => value === 1);
  } catch {
    // An older binding looks for files that are not there.
    return false;
  }
}
