import '@tensorflow/tfjs-layers';
import '../src/index';
import { setBackend, type Tensor, tensor, tensor1d, train } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { normal } from './backends';

const given = (shape: number[], seed: number): Tensor =>
  tensor([...normal(shape, seed).values], shape);

function network(): LayersModel {
  const result = sequential({
    layers: [
      layers.conv2d({ filters: 6, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 3] }),
      layers.batchNormalization(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 4, activation: 'softmax' }),
    ],
  });
  result.setWeights(
    result.getWeights().map((weight, i) => {
      const values = normal(weight.shape, i + 1).values.map(value => 0.2 * value);
      // The last is a variance, and above 0.
      return tensor(i === 7 ? values.map(value => 1 + value * value) : values, weight.shape);
    }),
  );
  return result;
}

async function fitted(engine: string): Promise<{ history: number[]; predicted: number[] }> {
  await setBackend(engine);
  const model = network();
  model.compile({
    optimizer: train.adam(0.01),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  const images = given([24, 8, 8, 3], 40);
  const labels = tensor1d(Array.from({ length: 24 }, (_, i) => i % 4));
  const { history } = await model.fit(images, labels, {
    epochs: 3,
    batchSize: 10, // the last batch is smaller
    validationSplit: 0.25,
    shuffle: false,
    verbose: 0,
  });
  const [loss] = [model.evaluate(images, labels, { verbose: 0 })].flat() as Tensor[];
  const predicted = Array.from(await (model.predict(images) as Tensor).data());
  const numbers = [...history.loss!, ...history.val_loss!, ...history.acc!] as number[];
  return { history: [...numbers, (await loss!.data())[0]!], predicted };
}

test('model.fit, evaluate and predict of tfjs-layers give what they give on cpu', async () => {
  const [cpu, ort] = [await fitted('cpu'), await fitted('ort')];
  expect(ort.history).toHaveLength(cpu.history.length);
  cpu.history.forEach((value, i) => {
    expect(Math.abs(value - ort.history[i]!)).toBeLessThan(1e-4);
  });
  cpu.predicted.forEach((value, i) => {
    expect(Math.abs(value - ort.predicted[i]!)).toBeLessThan(1e-4);
  });
});
