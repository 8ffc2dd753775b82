import { OnnxModel } from '@shroom/formats';
import type { HostTensor, Tensors } from './runtime';

/*
 * Networks with integers of 8 bits multiply unsigned values by signed weights. Processors with instructions for this (AVX512-VNNI, AVX-VNNI,
 * AMX, ARM's dot products) sum the products in 32 bits. On older ones of the family x86, ONNX Runtime sums pairs of products in 16 bits, which
 * cuts off large sums without a word. Its option `x64quantprecision` computes with unsigned weights instead, which is right everywhere, and 2.5
 * times slower on new processors. So a product whose right value is known decides.
 */

interface Runs {
  run(feeds: Tensors, fetches: Tensors, options: object): unknown;
  dispose(): void;
}

/** Length of the sum that is tried. */
const length = 64;
const columns = 16;

/** Options of a session, for networks with integers. @param load Compiles a model. */
export function integerOptions(load: (model: OnnxModel) => Runs): object {
  return isSumCutOff(load) ? { session: { x64quantprecision: '1' } } : {};
}

/** Whether sums of products of the largest integers are wrong. */
export function isSumCutOff(load: (model: OnnxModel) => Runs): boolean {
  const model = new OnnxModel();
  const input = model.input('float32', [1, length]);
  const bytes = new Uint8Array(new Int8Array(length * columns).fill(127).buffer);
  const weights = model.constant('int8', [length, columns], bytes);
  // Element type 2 of ONNX is uint8, and 1 is float32.
  const product = model.add('MatMulInteger', [model.add('Cast', [input], { to: 2 }), weights]);
  const sums = model.add('Cast', [product], { to: 1 });
  const output = model.output(sums, 'float32', [1, columns]);
  const tensor = (size: number, value: number): HostTensor => ({
    type: 'float32',
    dims: [1, size],
    data: new Float32Array(size).fill(value),
    location: 'cpu',
  });
  const found = tensor(columns, 0);
  const session = load(model);
  session.run({ [input]: tensor(length, 255) }, { [output]: found }, {});
  session.dispose();
  return found.data.some((sum: number) => sum !== 255 * 127 * length);
}
