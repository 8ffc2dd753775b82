import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose, type Tensor, tensor4d, transpose } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Architecture,
  type ArchitectureName,
  architectures,
  exportOnnx,
  foldBatchNorm,
  imagenetPreprocessing,
  loadWeights,
  type NetworkOptions,
} from '../src/index';
import { quantize } from '../src/onnx/weights';
import { formula, formulaCheckpoint } from './formula';
import { useWasm } from './wasm';

beforeAll(useWasm);

const size = 79;
const images = () => tensor4d(formula(2 * size * size * 3, 1, 4), [2, size, size, 3]);

async function networkOf(name: ArchitectureName, options: NetworkOptions): Promise<LayersModel> {
  const { build, dialects }: Architecture = architectures[name];
  const network = build({ inputSize: [size, size], ...options });
  await loadWeights(network, formulaCheckpoint(network, dialects[0]!), dialects[0]);
  return network;
}

async function values(tensor: Tensor): Promise<Float32Array> {
  return (await tensor.data()) as Float32Array;
}

/** What ONNX Runtime computes from the file. */
async function run(model: Uint8Array | string) {
  const session = await InferenceSession.create(model as string);
  const input = images();
  const channelsFirst = transpose(input, [0, 3, 1, 2]);
  const feed = new OnnxTensor('float32', await values(channelsFirst), channelsFirst.shape);
  dispose([input, channelsFirst]);
  return session.run({ images: feed });
}

async function predict(network: LayersModel): Promise<Tensor> {
  const input = images();
  const output = network.predict(input) as Tensor;
  input.dispose();
  return output;
}

/** The furthest that two lists are apart, as a share of the largest magnitude. */
function change(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const furthest = expected.reduce(
    (most, value, k) => Math.max(most, Math.abs(value - actual[k]!)),
    0,
  );
  return furthest / largest;
}

describe('a network written as ONNX computes the same in ONNX Runtime', () => {
  test.each([
    'resnet18',
    'resnet50',
    'resnet50_keras',
    'convnext_tiny',
    'efficientnet_lite0',
    'mobilenet_v2',
    'vit_tiny_patch16_224',
    'vit_small_patch14_reg4_dinov2',
    'vit_small_patch16_dinov3',
    'inception_v3',
    'alexnet',
  ] as const)('%s, classifier with its feature map', async name => {
    const { taps, classifier }: Architecture = architectures[name];
    const network = await networkOf(name, { classes: 10 });
    const last = classifier.at(-1)!.split('/')[0]!;
    const bytes = await exportOnnx(network, {
      outputs: { logits: last, features: taps.at(-1)!.layer },
    });
    const { logits, features } = await run(bytes);
    const expected = await predict(network);
    expect(logits!.dims).toEqual([2, 10]);
    expect(change(logits!.data as Float32Array, await values(expected))).toBeLessThan(1e-4);
    const map = network.getLayer(taps.at(-1)!.layer).output as SymbolicTensor;
    const ours = await predict(model({ inputs: network.inputs, outputs: map }));
    const channelsFirst = ours.rank === 4 ? transpose(ours, [0, 3, 1, 2]) : ours.clone();
    expect(features!.dims).toEqual(channelsFirst.shape);
    expect(change(features!.data as Float32Array, await values(channelsFirst))).toBeLessThan(1e-4);
    dispose([expected, ours, channelsFirst]);
    network.dispose();
  });

  test.each(['resnet18', 'efficientnet_lite1', 'mobilenet_v2'] as const)(
    '%s, a backbone of any size, with batch norms folded',
    async name => {
      const network = await networkOf(name, { inputSize: [null, null] });
      const folded = foldBatchNorm(network);
      const { output } = await run(await exportOnnx(folded));
      const expected = transpose(await predict(network), [0, 3, 1, 2]);
      expect(output!.dims).toEqual(expected.shape);
      expect(change(output!.data as Float32Array, await values(expected))).toBeLessThan(1e-4);
      folded.dispose();
      network.dispose();
    },
  );
});

describe("'same' padding", () => {
  const window = { strides: 2, padding: 'same' } as const;
  test.each([
    ['a convolution of 3', layers.conv2d({ ...window, filters: 2, kernelSize: 3 })],
    ['a convolution of 2', layers.conv2d({ ...window, filters: 2, kernelSize: 2 })],
    ['a convolution of 1', layers.conv2d({ ...window, filters: 2, kernelSize: 1 })],
    ['a convolution of 4, stride 1', layers.conv2d({ padding: 'same', filters: 2, kernelSize: 4 })],
    ['a depthwise convolution of 5', layers.depthwiseConv2d({ ...window, kernelSize: 5 })],
    ['the largest of 3', layers.maxPooling2d({ ...window, poolSize: 3 })],
    ['the average of 3', layers.averagePooling2d({ ...window, poolSize: 3 })],
  ])('of %s is written for maps of known and of open size', async (_, layer) => {
    // An even side and an odd one need different numbers of zeros.
    const values = formula(2 * 6 * 9 * 3, 3, 4);
    for (const shape of [
      [6, 9, 3],
      [null, null, 3],
    ]) {
      const x = input({ shape });
      const network = model({ inputs: x, outputs: layer.apply(x) as SymbolicTensor });
      const maps = tensor4d(values, [2, 6, 9, 3]);
      const expected = transpose(network.predict(maps) as Tensor, [0, 3, 1, 2]);
      const session = await InferenceSession.create(await exportOnnx(network));
      const data = await transpose(maps, [0, 3, 1, 2]).data();
      const { output } = await session.run({
        images: new OnnxTensor('float32', data as Float32Array, [2, 3, 6, 9]),
      });
      expect(output!.dims).toEqual(expected.shape);
      expect(
        change(output!.data as Float32Array, (await expected.data()) as Float32Array),
      ).toBeLessThan(1e-5);
    }
  });
});

test('a ReLU with a largest value computes the same', async () => {
  const x = input({ shape: [5] });
  const bounded = layers.reLU({ maxValue: 2 }).apply(x) as SymbolicTensor;
  const network = model({ inputs: x, outputs: bounded });
  const session = await InferenceSession.create(await exportOnnx(network));
  const images = new OnnxTensor('float32', Float32Array.of(-1, 0, 1, 2, 3), [1, 5]);
  const { output } = await session.run({ images });
  expect([...(output!.data as Float32Array)]).toEqual([0, 0, 1, 2, 2]);
});

test('a head whose layers are named as those of the backbone keeps its own weights', async () => {
  const inner = sequential({ name: 'head' });
  inner.add(layers.dense({ units: 3, name: 'dense', inputShape: [2], kernelInitializer: 'ones' }));
  const vectors = input({ shape: [2] });
  const dense = layers.dense({ units: 2, name: 'dense', kernelInitializer: 'identity' });
  const outputs = inner.apply(dense.apply(vectors)) as SymbolicTensor;
  const network = model({ inputs: vectors, outputs });
  const session = await InferenceSession.create(await exportOnnx(network));
  const feed = new OnnxTensor('float32', Float32Array.of(2, 3), [1, 2]);
  const { output } = await session.run({ images: feed });
  expect([...(output!.data as Float32Array)]).toEqual([5, 5, 5]);
  network.dispose();
});

describe('smaller weights', () => {
  test.each([
    ['float16', 0.5, 2e-3],
    ['int8', 0.25, 1e-1],
  ] as const)(
    'of %s take %d of the bytes and change the logits by less than %d',
    async (weights, share, most) => {
      const network = await networkOf('resnet18', { classes: 10 });
      const full = await exportOnnx(network);
      const small = await exportOnnx(network, { weights });
      expect(small.length / full.length).toBeLessThan(share + 0.01);
      const expected = (await run(full)).output!.data as Float32Array;
      const changed = change((await run(small)).output!.data as Float32Array, expected);
      expect(changed).toBeGreaterThan(0);
      expect(changed).toBeLessThan(most);
      network.dispose();
    },
  );

  test('are whole numbers with a scale for each channel', () => {
    const { numbers, scales } = quantize(Float32Array.of(1, -2, 0.5, 0, 0, 0), 2);
    expect([...numbers]).toEqual([64, -127, 32, 0, 0, 0]);
    expect([...scales]).toEqual([Math.fround(2 / 127), 1]);
  });
});

describe('weights in a file beside', () => {
  /** Writes a ResNet to a folder. */
  async function written(above: number) {
    const folder = await mkdtemp(join(tmpdir(), 'shroom-onnx-'));
    const network = await networkOf('resnet18', { classes: 10 });
    const sizes: number[] = [];
    const write = async (bytes: Uint8Array) => {
      sizes.push(bytes.length);
      await appendFile(join(folder, 'weights.bin'), bytes);
    };
    const bytes = await exportOnnx(network, { external: { name: 'weights.bin', write, above } });
    await writeFile(join(folder, 'model.onnx'), bytes);
    return { folder, network, sizes, bytes };
  }

  test('of a network that is too large for one file are opened by ONNX Runtime', async () => {
    const { folder, network, sizes, bytes } = await written(1e6);
    const weights = 4 * network.countParams();
    const data = sizes.reduce((sum, size) => sum + size, 0);
    expect(bytes.length).toBeLessThan(0.01 * weights);
    expect(data + bytes.length).toBeGreaterThan(weights);
    // One tensor is in memory at a time: the largest is the last 3 x 3 convolution.
    expect(Math.max(...sizes)).toBe(4 * 512 * 512 * 9);
    const { output } = await run(join(folder, 'model.onnx'));
    const expected = await predict(network);
    expect(change(output!.data as Float32Array, await values(expected))).toBeLessThan(1e-4);
    expected.dispose();
    network.dispose();
    await rm(folder, { recursive: true });
  });

  test('are not needed by a network that fits into one file', async () => {
    const { folder, network, sizes, bytes } = await written(2e9);
    expect(sizes).toEqual([]);
    expect(bytes.length).toBeGreaterThan(4 * network.countParams());
    network.dispose();
    await rm(folder, { recursive: true });
  });
});

test('class names and preprocessing are stored in the file', async () => {
  const network = await networkOf('alexnet', { inputSize: [63, 63] });
  const preprocessing = imagenetPreprocessing([63, 63]);
  const classes = ['Agaricus', 'Boletus – steinpilz'];
  const bytes = Buffer.from(await exportOnnx(network, { classes, preprocessing }));
  expect(bytes.includes(JSON.stringify(classes))).toBe(true);
  expect(bytes.includes(JSON.stringify(preprocessing))).toBe(true);
  await expect(exportOnnx(network, { outputs: { logits: 'fc' } })).rejects.toThrow(
    /no layer 'fc' to be an output/,
  );
  network.dispose();
});
