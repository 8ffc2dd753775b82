import '@tensorflow/tfjs-backend-cpu';
import {
  memory,
  randomNormal,
  slice,
  type Tensor,
  type Tensor4D,
  tensor,
  tensor2d,
  tensor4d,
} from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import {
  explain,
  gradCam,
  gradCamElementWise,
  hiResCam,
  layerCam,
  prepareModel,
  TapError,
  tapsOf,
} from '../src/index';

/** Features pass through unchanged, are pooled, and weighed by `weights` (one row per channel). */
function linearModel(weights: number[][], size: [number, number] = [1, 2]): LayersModel {
  const images = input({ shape: [...size, weights.length] });
  let x = layers
    .activation({ activation: 'linear', name: 'features' })
    .apply(images) as SymbolicTensor;
  x = layers.globalAveragePooling2d({ name: 'pool' }).apply(x) as SymbolicTensor;
  const dense = layers.dense({ units: weights[0]!.length, name: 'dense', useBias: false });
  const result = model({ inputs: images, outputs: dense.apply(x) as SymbolicTensor });
  dense.setWeights([tensor2d(weights)]);
  return result;
}

/** A small residual network with a batch norm, its backbone nested, its softmax fused or not. */
function residualModel(activation: 'softmax' | 'linear' = 'linear'): LayersModel {
  const images = input({ shape: [8, 8, 3], name: 'images' });
  const seeded = (filters: number, name: string, seed: number) =>
    layers.conv2d({
      filters,
      kernelSize: 3,
      padding: 'same',
      name,
      kernelInitializer: layersInit(seed),
    });
  let x = seeded(4, 'conv1', 1).apply(images) as SymbolicTensor;
  x = layers.batchNormalization({ name: 'bn1' }).apply(x) as SymbolicTensor;
  x = layers.reLU({ name: 'relu1' }).apply(x) as SymbolicTensor;
  const y = seeded(4, 'conv2', 2).apply(x) as SymbolicTensor;
  x = layers.add({ name: 'add' }).apply([x, y]) as SymbolicTensor;
  x = layers.reLU({ name: 'relu2' }).apply(x) as SymbolicTensor;
  const backbone = model({ inputs: images, outputs: x, name: 'backbone' });
  backbone.trainable = false;
  const outer = input({ shape: [8, 8, 3], name: 'photos' });
  let z = backbone.apply(outer) as SymbolicTensor;
  z = layers.globalAveragePooling2d({ name: 'pool' }).apply(z) as SymbolicTensor;
  z = layers.dropout({ rate: 0.5, name: 'dropout' }).apply(z) as SymbolicTensor;
  z = layers
    .dense({ units: 3, activation, name: 'dense', kernelInitializer: layersInit(3) })
    .apply(z) as SymbolicTensor;
  return model({ inputs: outer, outputs: z });
}

const layersInit = (seed: number) =>
  ({ className: 'RandomNormal', config: { mean: 0, stddev: 0.5, seed } }) as never;
const photos = (count: number) => randomNormal([count, 8, 8, 3], 0, 1, 'float32', 7) as Tensor4D;

describe('Grad-CAM', () => {
  test('with pooling and a linear head is CAM divided by h * w', async () => {
    const parts = prepareModel(linearModel([[1], [-1]]));
    const images = tensor4d([4, 0, 0, 4], [1, 1, 2, 2]);
    const [explanation] = await explain(parts, images, { classIndex: 0 });
    expect(Array.from(explanation!.map.values)).toEqual([2, 0]); // relu((a - b) / 2)
    expect(explanation!.flat).toBe(false);
  });

  test('pixel values of a linear head sum to its logit', async () => {
    const parts = prepareModel(
      linearModel(
        [
          [2, 1],
          [1, 3],
        ],
        [2, 2],
      ),
    );
    const images = tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]);
    const [explanation] = await explain(parts, images, { classIndex: 1 });
    const sum = explanation!.map.values.reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo(explanation!.logits[1]!, 5);
  });

  test('reports when no position raised the score', async () => {
    const parts = prepareModel(linearModel([[-1], [-1]]));
    const [explanation] = await explain(parts, tensor4d([1, 1, 1, 1], [1, 1, 2, 2]), {
      classIndex: 0,
    });
    expect(explanation!.flat).toBe(true);
    expect(Array.from(explanation!.map.values)).toEqual([0, 0]);
  });

  test('before pooling, Grad-CAM equals HiResCAM and the general computation', async () => {
    const parts = prepareModel(residualModel());
    expect(parts.tap).toBe('backbone/relu2');
    expect(parts.pooled).toBe(true);
    const images = photos(2);
    const fast = await explain(parts, images, { classIndex: 1 });
    const general = await explain({ ...parts, pooled: false }, images, { classIndex: 1 });
    const hiRes = await explain({ ...parts, pooled: false }, images, {
      classIndex: 1,
      method: hiResCam(),
    });
    fast.forEach((explanation, index) => {
      expectClose(explanation.map.values, general[index]!.map.values);
      expectClose(explanation.map.values, hiRes[index]!.map.values);
    });
  });

  test('agrees with a finite difference at a tap with a shortcut around it', async () => {
    const network = residualModel();
    const parts = prepareModel(network, { tap: 'conv2' });
    expect(parts.tap).toBe('backbone/conv2');
    expect(parts.pooled).toBe(false);
    const cut = parts.forward(photos(1));
    expect(cut.side).toHaveLength(1);
    const features = (await cut.features.data()) as Float32Array;
    const [, height, width, channels] = cut.features.shape;
    const score = (values: Float32Array) =>
      (
        parts
          .tail(tensor(values, cut.features.shape) as Tensor4D, cut.side)
          .dataSync() as Float32Array
      )[2]!;
    const step = 1e-2;
    const weights = Array.from({ length: channels }, (_, channel) => {
      let total = 0;
      for (let place = channel; place < features.length; place += channels) {
        const up = features.slice();
        const down = features.slice();
        up[place]! += step;
        down[place]! -= step;
        total += (score(up) - score(down)) / (2 * step);
      }
      return total / (height * width);
    });
    const [explanation] = await explain(parts, photos(1), { classIndex: 2 });
    explanation!.map.values.forEach((value, place) => {
      const expected = weights.reduce(
        (sum, weight, channel) => sum + weight * features[place * channels + channel]!,
        0,
      );
      expect(value).toBeCloseTo(Math.max(0, expected), 3);
    });
  });
});

describe('a prepared model', () => {
  test('computes what the whole model computes, at every tap', async () => {
    const network = residualModel();
    const images = photos(3);
    const whole = (await (network.predict(images) as Tensor).data()) as Float32Array;
    for (const tap of tapsOf(network)) {
      const parts = prepareModel(network, { tap });
      const cut = parts.forward(images);
      expectClose((await parts.tail(cut.features, cut.side).data()) as Float32Array, whole);
    }
  });

  test('finds the logits before a softmax, fused or not', async () => {
    const images = photos(2);
    const linear = residualModel();
    const fused = residualModel('softmax');
    fused.setWeights(linear.getWeights());
    const logits = (await (linear.predict(images) as Tensor).data()) as Float32Array;
    const separate = sequential({ layers: [linear, layers.softmax()] });
    for (const network of [fused, separate]) {
      const [first] = await explain(prepareModel(network), images);
      expectClose(first!.logits, logits.slice(0, 3));
      const probability = (await (network.predict(images) as Tensor).data()) as Float32Array;
      expectClose(first!.probabilities, probability.slice(0, 3));
    }
  });

  test('explains a batch like single images, each image for its own class', async () => {
    const parts = prepareModel(residualModel());
    const images = photos(3);
    const batch = await explain(parts, images, { classIndex: [0, 1, 2] });
    for (const [index, explanation] of batch.entries()) {
      const one = slice(images, [index], [1]);
      const [alone] = await explain(parts, one, { classIndex: index });
      expectClose(explanation.map.values, alone!.map.values);
    }
  });

  test('explains the predicted class by default', async () => {
    const [explanation] = await explain(prepareModel(residualModel()), photos(1));
    const best = explanation!.logits.indexOf(Math.max(...explanation!.logits));
    expect(explanation!.classIndex).toBe(best);
  });

  test('leaks no tensor, even after an error, and does not change the model', async () => {
    const network = residualModel();
    const weights = await Promise.all(
      network.getWeights().map(async weight => Array.from(await weight.data())),
    );
    const nodes = network.layers.map(layer => layer.inboundNodes.length);
    const images = photos(2);
    const before = memory().numTensors;
    for (const method of [gradCam(), hiResCam(), layerCam(), gradCamElementWise()]) {
      for (const tap of ['relu2', 'conv2'])
        await explain(prepareModel(network, { tap }), images, { method });
    }
    await expect(explain(prepareModel(network), images, { classIndex: 3 })).rejects.toThrow(
      /one class of 0 to 2/,
    );
    expect(memory().numTensors).toBe(before);
    expect(network.layers.map(layer => layer.inboundNodes.length)).toEqual(nodes);
    expect(
      await Promise.all(network.getWeights().map(async weight => Array.from(await weight.data()))),
    ).toEqual(weights);
  });

  test('lists the existing layers when a layer does not exist', () => {
    expect(() => prepareModel(residualModel(), { tap: 'conv9' })).toThrow(TapError);
    expect(() => prepareModel(residualModel(), { tap: 'conv9' })).toThrow(
      /'backbone\/conv2', 'backbone\/add'/,
    );
  });

  test('tells two calls of a shared layer apart', () => {
    const images = input({ shape: [4, 4, 1] });
    const shared = layers.conv2d({ filters: 1, kernelSize: 3, padding: 'same', name: 'shared' });
    const twice = shared.apply(shared.apply(images)) as SymbolicTensor;
    const pooled = layers.globalAveragePooling2d({ name: 'pool' }).apply(twice) as SymbolicTensor;
    const network = model({ inputs: images, outputs: pooled });
    expect(tapsOf(network)).toEqual(['shared', 'shared@1']);
    expect(prepareModel(network).tap).toBe('shared@1');
  });
});

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let index = 0; index < actual.length; index++)
    expect(actual[index]).toBeCloseTo(expected[index]!, 4);
}
