import { loadGraphModel } from '@tensorflow/tfjs-converter';
import {
  dispose,
  io,
  type NamedTensorMap,
  type Tensor,
  tensor2d,
  tensor4d,
} from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import {
  type Architecture,
  architectures,
  exportOnnx,
  type GraphModelOptions,
  graphModelArtifacts,
  loadWeights,
} from '../src/index';
import { formula, formulaCheckpoint } from './formula';
import { useWasm } from './wasm';

beforeAll(useWasm);

/** What plain TensorFlow.js computes from the written graph. */
async function run(network: LayersModel, images: Tensor, options?: GraphModelOptions) {
  const artifacts = await graphModelArtifacts(network, options);
  // As in a file: only what JSON can hold.
  const { weightData, ...rest } = artifacts;
  const json = JSON.parse(JSON.stringify(rest));
  const graph = await loadGraphModel(io.fromMemory({ ...json, weightData }));
  const names = Object.keys(options?.outputs ?? { output: '' });
  const outputs = names.map(name => graph.execute(images, name) as Tensor);
  const found = Object.fromEntries(
    await Promise.all(
      outputs.map(async (tensor, index) => {
        const values = (await tensor.data()) as Float32Array;
        return [names[index]!, { shape: tensor.shape, values }] as const;
      }),
    ),
  );
  dispose(outputs as unknown as NamedTensorMap);
  graph.dispose();
  return found;
}

/** The furthest that two lists are apart, as a share of the largest magnitude. */
function change(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, k) => Math.abs(value - actual[k]!))) / largest;
}

test.each([
  'resnet18',
  'resnet50_keras',
  'convnext_tiny',
  'efficientnet_lite0',
  'mobilenet_v2',
  'vit_tiny_patch16_224',
  'vit_small_patch14_reg4_dinov2',
  'vit_small_patch16_dinov3',
  'inception_v3',
  'alexnet',
] as const)('%s, written as a graph, computes the same in plain TensorFlow.js', async name => {
  const { build, dialects, classifier, taps }: Architecture = architectures[name];
  const network = build({ inputSize: [79, 79], classes: 10 });
  await loadWeights(network, formulaCheckpoint(network, dialects[0]!), dialects[0]);
  const images = tensor4d(formula(2 * 79 * 79 * 3, 1, 4), [2, 79, 79, 3]);
  const outputs = {
    logits: classifier.at(-1)!.split('/')[0]!,
    features: taps.at(-1)!.layer,
  };
  const { logits, features } = await run(network, images, { outputs });
  const map = network.getLayer(outputs.features).output as SymbolicTensor;
  const both = model({ inputs: network.inputs, outputs: [network.outputs[0]!, map] });
  const expected = both.predict(images) as Tensor[];
  for (const [index, found] of [logits!, features!].entries()) {
    const tensor = expected[index]!;
    expect(found.shape).toEqual(tensor.shape);
    expect(change(found.values, (await tensor.data()) as Float32Array)).toBeLessThan(1e-4);
  }
  dispose([images, ...expected]);
  network.dispose();
});

test('a ReLU with a largest value, written as a graph, computes the same', async () => {
  const x = input({ shape: [5] });
  const bounded = layers.reLU({ maxValue: 2 }).apply(x) as SymbolicTensor;
  const network = model({ inputs: x, outputs: bounded });
  const { output } = await run(network, tensor2d([[-1, 0, 1, 2, 3]]));
  expect([...output!.values]).toEqual([0, 0, 1, 2, 2]);
  network.dispose();
});

test('16-bit weights take half of the bytes, and vectors stay 32-bit', async () => {
  const x = input({ shape: [4, 4, 3] });
  const convolution = layers.conv2d({ filters: 256, kernelSize: 3, name: 'convolution' });
  const network = model({ inputs: x, outputs: convolution.apply(x) as SymbolicTensor });
  const full = await graphModelArtifacts(network);
  const half = await graphModelArtifacts(network, { weights: 'float16' });
  const bytes = ({ weightData }: typeof full) => (weightData as ArrayBuffer).byteLength;
  expect(bytes(full) - bytes(half)).toBe(2 * 3 * 3 * 3 * 256);
  const images = tensor4d(formula(4 * 4 * 3, 1, 4), [1, 4, 4, 3]);
  const { output } = await run(network, images, { weights: 'float16' });
  const expected = network.predict(images) as Tensor;
  const moved = change(output!.values, (await expected.data()) as Float32Array);
  expect(moved).toBeGreaterThan(0);
  expect(moved).toBeLessThan(2e-3);
  dispose([images, expected]);
  network.dispose();
});

test.each([
  ['a batch norm', layers.batchNormalization({ axis: 1, name: 'odd' })],
  [
    'a convolution',
    layers.conv2d({ filters: 2, kernelSize: 1, dataFormat: 'channelsFirst', name: 'odd' }),
  ],
  ['a pooling', layers.maxPooling2d({ dataFormat: 'channelsFirst', name: 'odd' })],
  ['zeros', layers.zeroPadding2d({ dataFormat: 'channelsFirst', name: 'odd' })],
])(
  '%s whose channels are not the last axis is refused by name, in both formats',
  async (_, odd) => {
    const x = input({ shape: [3, 4, 6] });
    const network = model({ inputs: x, outputs: odd.apply(x) as SymbolicTensor });
    const message = /^odd: .*('channelsFirst' cannot be written|axis -1)/;
    await expect(graphModelArtifacts(network)).rejects.toThrow(message);
    await expect(exportOnnx(network)).rejects.toThrow(message);
    network.dispose();
  },
);

test('a batch norm whose last axis is named by its number is written', async () => {
  const x = input({ shape: [3, 4, 6] });
  const norm = layers.batchNormalization({ axis: 3 });
  const network = model({ inputs: x, outputs: norm.apply(x) as SymbolicTensor });
  expect((await graphModelArtifacts(network)).weightSpecs).toHaveLength(2);
  network.dispose();
});

test('a layer that cannot be written is named', async () => {
  const x = input({ shape: [4] });
  const network = model({
    inputs: x,
    outputs: layers.gaussianNoise({ stddev: 1, name: 'noise' }).apply(x) as SymbolicTensor,
  });
  await expect(graphModelArtifacts(network)).rejects.toThrow(
    'noise: a GaussianNoise cannot be written as a graph.',
  );
});
