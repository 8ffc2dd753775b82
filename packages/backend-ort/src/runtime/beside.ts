import { OnnxModel } from '@shroom/formats';
import type { HostTensor, Tensors } from './runtime';

/*
 * We write a model with its weights once, and ONNX Runtime reads it once and copies it. For a moment there are two
 * unnecessary copies of the weights, 200 MB for a ResNet50. So large constants stay outside the model: ONNX Runtime reads
 * them from their arrays, as data of files that the model names. It has to copy them, because the arrays are reused for
 * other numbers.
 */

interface Runs {
  run(feeds: Tensors, fetches: Tensors, options: object): unknown;
  dispose(): void;
}

/**
 * Whether the installed binding reads weights from outside the model, and copies them.
 *
 * @param load Compiles a model whose large constants are outside the model.
 */
export function areWeightsCopied(load: (model: OnnxModel) => Runs): boolean {
  const length = 1024;
  // The test array does not begin at the start of its memory, like weights that are views of one file.
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
    // An older binding looks for files, which do not exist.
    return false;
  }
}
