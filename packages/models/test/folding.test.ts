import {
  abs,
  dispose,
  fill,
  max,
  memory,
  sub,
  type Tensor,
  tensor1d,
  tensor4d,
} from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Architecture,
  architectures,
  checkpointOf,
  createBackbone,
  foldBatchNorm,
  imagenetPreprocessing,
  loadWeights,
} from '../src/index';
import { formula, formulaCheckpoint } from './formula';
import { useWasm } from './wasm';

beforeAll(useWasm);

test.each([
  'resnet18',
  'resnet50_keras',
  'efficientnet_lite0',
  'mobilenet_v2',
  'inception_v3',
  // These have no batch norms: nothing changes.
  'convnext_tiny',
  'vit_tiny_patch16_224',
] as const)('%s with its batch norms folded computes the same', async name => {
  const { build, dialects }: Architecture = architectures[name];
  const network = build({ inputSize: [75, 75], classes: 10 });
  await loadWeights(network, formulaCheckpoint(network, dialects[0]!), dialects[0]);
  const before = memory().numTensors;
  const folded = foldBatchNorm(network);
  expect(folded.layers.some(layer => /BatchNorm/.test(layer.getClassName()))).toBe(false);
  const images = tensor4d(formula(75 * 75 * 3, 1, 4), [1, 75, 75, 3]);
  const plain = network.predict(images) as Tensor;
  const quick = folded.predict(images) as Tensor;
  const expected = (await plain.data()) as Float32Array;
  const actual = (await quick.data()) as Float32Array;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expected.forEach((value, k) => {
    expect(Math.abs(actual[k]! - value) / largest).toBeLessThan(1e-5);
  });
  folded.dispose();
  dispose([images, plain, quick]);
  expect(memory().numTensors).toBe(before);
  network.dispose();
});

test.each(['resnet18', 'efficientnet_lite0', 'mobilenet_v2'] as const)(
  '%s from folded weights is read at every tap as before',
  async name => {
    const { build, dialects, taps }: Architecture = architectures[name];
    const network = build({ inputSize: [75, 75] });
    const checkpoint = formulaCheckpoint(network, dialects[0]!);
    await loadWeights(network, checkpoint, dialects[0]);
    const folded = foldBatchNorm(network);
    const origin = { source: 'formula', license: 'none', sha256: '' };
    const preprocessing = imagenetPreprocessing([75, 75]);
    const weights = { checkpoint: checkpointOf(folded), origin, preprocessing, folded: true };
    const backbone = await createBackbone(name, weights);
    const images = tensor4d(formula(75 * 75 * 3, 1, 4), [1, 75, 75, 3]);
    const mapsOf = (from: LayersModel) => {
      const outputs = taps.map(({ layer }) => from.getLayer(layer).output as SymbolicTensor);
      return model({ inputs: from.inputs, outputs }).predict(images) as Tensor[];
    };
    const [expected, found] = [mapsOf(network), mapsOf(backbone.model)];
    for (const [index, map] of expected.entries()) {
      const difference = max(abs(sub(map, found[index]!)));
      const [apart, largest] = [difference.dataSync()[0]!, max(abs(map)).dataSync()[0]!];
      expect(apart / largest, taps[index]!.stage).toBeLessThan(1e-5);
    }
    dispose([images, ...expected, ...found]);
    for (const each of [network, folded, backbone]) each.dispose();
  },
);

describe('a batch norm after', () => {
  const images = input({ shape: [1, 1, 2] });

  function normed(convolution: layers.Layer): LayersModel {
    const norm = layers.batchNormalization({ epsilon: 0 });
    const network = model({
      inputs: images,
      outputs: norm.apply(convolution.apply(images) as SymbolicTensor) as SymbolicTensor,
    });
    const channels = network.outputs[0]!.shape[3]!;
    // Channel k is multiplied by k + 1, and 10 is added.
    const gamma = tensor1d(Array.from({ length: channels }, (_, k) => k + 1));
    const [zeros, ones] = [0, 1].map(value => tensor1d(Array<number>(channels).fill(value)));
    norm.setWeights([gamma, tensor1d(Array<number>(channels).fill(10)), zeros!, ones!]);
    return network;
  }

  async function outputOf(network: LayersModel): Promise<number[]> {
    const output = network.predict(tensor4d([3, 5], [1, 1, 1, 2])) as Tensor;
    return [...(await output.data())];
  }

  test('a depthwise convolution with several kernels a channel is folded into each of them', async () => {
    const convolution = layers.depthwiseConv2d({ kernelSize: 1, depthMultiplier: 2 });
    const network = normed(convolution);
    // The first channel becomes 3 * 1 and 3 * 2, the second 5 * 3 and 5 * 4.
    convolution.setWeights([tensor4d([1, 2, 3, 4], [1, 1, 2, 2]), tensor1d([0, 0, 0, 1])]);
    const expected = [1 * 3 + 10, 2 * 6 + 10, 3 * 15 + 10, 4 * 21 + 10];
    expect(await outputOf(network)).toEqual(expected);
    const folded = foldBatchNorm(network);
    expect(folded.layers.map(layer => layer.getClassName())).toEqual([
      'InputLayer',
      'DepthwiseConv2D',
    ]);
    expect(await outputOf(folded)).toEqual(expected);
  });

  test('a convolution with an activation stays, because it reads what the activation gives', async () => {
    const convolution = layers.conv2d({ filters: 1, kernelSize: 1, activation: 'relu' });
    const network = normed(convolution);
    convolution.setWeights([tensor4d([-1, 0], [1, 1, 2, 1]), tensor1d([0])]);
    expect(await outputOf(network)).toEqual([10]);
    expect(await outputOf(foldBatchNorm(network))).toEqual([10]);
  });
});

test('a norm along another axis than the channels of its convolution stays a layer', async () => {
  const pixels = input({ shape: [4, 4, 3] });
  const convolved = layers.conv2d({ filters: 4, kernelSize: 1, name: 'conv' }).apply(pixels);
  const norm = layers.batchNormalization({ axis: 1, name: 'rows' });
  const network = model({ inputs: pixels, outputs: norm.apply(convolved) as SymbolicTensor });
  norm.setWeights(
    [2, 0.5, -1, 4].map((scale, part) => tensor1d([1, 2, 3, 4].map(k => k + part + scale ** 2))),
  );
  const folded = foldBatchNorm(network);
  expect(folded.layers.map(layer => layer.getClassName())).toContain('BatchNormalization');
  const images = tensor4d(
    Array.from({ length: 48 }, (_, k) => Math.sin(k)),
    [1, 4, 4, 3],
  );
  const [expected, found] = [network, folded].map(each => each.predict(images) as Tensor);
  expect(Array.from(await found!.data())).toEqual(Array.from(await expected!.data()));
  folded.dispose();
  network.dispose();
});

describe('folded, a network of', () => {
  const pixels = input({ shape: [5, 4, 3] });
  const next = (layer: layers.Layer, x: SymbolicTensor | SymbolicTensor[]) =>
    layer.apply(x) as SymbolicTensor;
  const convolution = (useBias = false) =>
    layers.conv2d({ filters: 3, kernelSize: 1, useBias, name: 'conv' });
  const normOf = (name: string, options = {}) =>
    layers.batchNormalization({ axis: -1, name, ...options });

  /** Folds the network with other weights than those of new layers. @returns The class names of its layers. */
  async function foldedClasses(outputs: SymbolicTensor, keep: string[] = []): Promise<string[]> {
    const network = model({ inputs: pixels, outputs });
    // Variances are above 0.
    network.setWeights(network.getWeights().map((each, k) => fill(each.shape, 0.5 + 0.3 * k)));
    const folded = foldBatchNorm(network, { keep });
    const image = tensor4d(formula(5 * 4 * 3, 1, 4), [1, 5, 4, 3]);
    const [expected, found] = [network, folded].map(each => each.predict(image) as Tensor);
    const wanted = await expected!.data();
    (await found!.data()).forEach((value, k) => {
      expect(value).toBeCloseTo(wanted[k]!, 5);
    });
    return folded.layers.map(each => each.getClassName()).sort();
  }

  test.each([
    [true, false, false],
    [false, true, false],
    [false, false, false],
    [true, false, true],
    [false, true, true],
    [false, false, true],
  ])('a norm with scale %s and center %s, after a bias %s, computes the same', async (...has) => {
    const [scale, center, useBias] = has;
    const x = next(normOf('norm', { scale, center }), next(convolution(useBias), pixels));
    expect(await foldedClasses(x)).toEqual(['Conv2D', 'InputLayer']);
  });

  test('one convolution, called twice before the same norm, keeps it', async () => {
    const [shared, norm] = [convolution(), normOf('norm')];
    const once = next(norm, next(shared, pixels));
    const twice = next(norm, next(shared, once));
    expect(await foldedClasses(twice)).toEqual(['BatchNormalization', 'Conv2D', 'InputLayer']);
  });

  test('one convolution before two norms, or before a norm and none, keeps them', async () => {
    const shared = convolution();
    const once = next(normOf('first'), next(shared, pixels));
    const twice = next(normOf('second'), next(shared, once));
    const norms = ['BatchNormalization', 'BatchNormalization'];
    expect(await foldedClasses(twice)).toEqual([...norms, 'Conv2D', 'InputLayer']);
    const plain = next(shared, pixels);
    const normed = next(normOf('norm'), next(shared, plain));
    expect(await foldedClasses(normed)).toEqual(['BatchNormalization', 'Conv2D', 'InputLayer']);
  });

  test('one norm after a convolution and an addition stays under the name that is kept', async () => {
    const norm = normOf('norm');
    const once = next(norm, next(convolution(), pixels));
    const twice = next(norm, next(layers.add(), [once, pixels]));
    const classes = ['Add', 'BatchNormalization', 'Conv2D', 'InputLayer'];
    expect(await foldedClasses(twice)).toEqual(classes);
    expect(await foldedClasses(twice, ['norm'])).toEqual(classes);
  });

  test('one activation, called twice, computes the same', async () => {
    const relu = layers.reLU();
    const once = next(relu, next(normOf('norm'), next(convolution(), pixels)));
    const sum = next(layers.add(), [once, next(relu, pixels)]);
    expect(await foldedClasses(sum)).toEqual(['Add', 'Conv2D', 'InputLayer', 'ReLU']);
  });
});
