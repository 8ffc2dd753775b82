import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { setBackend, type Tensor, tensor4d } from '@tensorflow/tfjs-core';

// Nothing of this project is in this page: a graph opens with TensorFlow.js alone.
declare global {
  interface Window {
    probabilitiesOf(
      address: string,
      images: readonly number[],
      shape: [number, number, number, number],
    ): Promise<number[]>;
  }
}

setWasmPaths('/wasm/');
await setBackend('wasm');

window.probabilitiesOf = async (address, images, shape) => {
  const model = await loadGraphModel(address);
  const input = tensor4d([...images], shape);
  const output = model.execute(input, 'probabilities') as Tensor;
  const found = [...(await output.data())];
  for (const tensor of [input, output]) tensor.dispose();
  model.dispose();
  return found;
};
