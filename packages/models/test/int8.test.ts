import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  dispose,
  memory,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tensor4d,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, sequential } from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Architecture, architectures, foldBatchNorm, loadWeights } from '../src/index';
import {
  type ActivationRanges,
  CalibrationError,
  calibrateInt8,
  exportInt8Onnx,
  type Int8OnnxOptions,
} from '../src/int8/index';
import { roundWeights } from '../src/int8/products';
import { scaleOf } from '../src/int8/ranges';
import { formula, formulaCheckpoint } from './formula';
import { int8Convolution, roundedTo } from './int8-reference';
import { useWasm } from './wasm';

beforeAll(useWasm);
const folder = await mkdtemp(join(tmpdir(), 'int8-'));
afterAll(() => rm(folder, { recursive: true }));

async function computed(file: Uint8Array, images: Tensor4D): Promise<OnnxTensor> {
  const session = await InferenceSession.create(file);
  const feed = new OnnxTensor('float32', (await images.data()) as Float32Array, images.shape);
  return (await session.run({ images: feed })).output as OnnxTensor;
}

const exported = (network: LayersModel, ranges: ActivationRanges, options?: Int8OnnxOptions) =>
  exportInt8Onnx(network, ranges, { layout: 'NHWC', ...options });

/** The values of a map `[1, C, H, W]` with its channels last. */
function channelsLast({ data, dims }: OnnxTensor): number[] {
  const [, channels, height, width] = dims as [number, number, number, number];
  const places = height * width;
  return Array.from(
    { length: channels * places },
    (_, k) => (data as Float32Array)[(k % channels) * places + Math.floor(k / channels)]!,
  );
}

describe('a convolution', () => {
  const shape = [7, 8, 3] as const;
  const images = formula(7 * 8 * 3, 1, 4);
  test.each([
    { name: 'with zeros around', size: 3, stride: 1, zeros: 1, activation: 'linear', high: 3 },
    { name: 'at stride 2', size: 3, stride: 2, zeros: 1, activation: 'relu', high: 2 },
    { name: 'of one place', size: 1, stride: 1, zeros: 0, activation: 'relu', high: 1.5 },
    { name: 'cut off at 6', size: 3, stride: 1, zeros: 0, activation: 'relu6', high: 6 },
  ] as const)('$name computes with integers up to one step', async each => {
    const { size, stride, zeros, activation, high } = each;
    const network = sequential({ name: 'small' });
    const sides: [number, number] = [zeros, zeros];
    network.add(layers.zeroPadding2d({ padding: [sides, sides], inputShape: [...shape] }));
    network.add(layers.conv2d({ filters: 5, kernelSize: size, strides: stride, name: 'conv' }));
    network.add(layers.activation({ activation, name: 'end' }));
    const kernel = formula(size * size * 3 * 5, 2, 1.5);
    const bias = formula(5, 3, 2);
    network.setWeights([tensor4d(kernel, [size, size, 3, 5]), tensor1d(bias)]);
    const low = activation === 'linear' ? -4 : 0;
    const ranges: ActivationRanges = new Map([
      ['images', [-2, 2]],
      ['conv', [low, high]],
      ['end', [low, high]],
    ]);
    const x = tensor4d(images, [1, ...shape]);
    const output = channelsLast(await computed(await exported(network, ranges), x));
    const expected = int8Convolution(
      { values: images, shape, range: [-2, 2] },
      { kernel, bias, size, stride, zeros, outputs: 5 },
      [low, high],
    );
    expect(output.length).toBe(expected.length);
    const { scale } = scaleOf('conv', ranges);
    const steps = output.map((value, k) => Math.abs(value - expected[k]!) / scale);
    expect(Math.max(...steps)).toBeLessThan(1.001);
    expect(steps.filter(step => step > 0.001).length).toBeLessThan(steps.length / 50);
    // The reference is not the computation in 32 bits.
    const plain = (network.predict(x) as Tensor).dataSync();
    expect(output.some((value, k) => Math.abs(value - plain[k]!) > scale / 10)).toBe(true);
  });
});

test('each output channel has a scale of its own', () => {
  const values = Float32Array.of(0.5, -1, 0.25, 100, 50, -25, 0, 0, 0);
  const { integers, scales } = roundWeights({ shape: [3, 3], values }, new Float32Array(3));
  expect([...integers]).toEqual([64, -127, 32, 127, 64, -32, 0, 0, 0]);
  expect([...scales]).toEqual([1 / 127, 100 / 127, 1].map(Math.fround));
});

test('a bias fits into 32 bits beside weights that are nearly zero', () => {
  const values = Float32Array.of(1e-12, 0);
  const { integers, scales } = roundWeights({ shape: [2, 1], values }, Float32Array.of(1e-9, 1e-9));
  expect([...integers]).toEqual([0, 0]);
  expect([...scales]).toEqual([1e-9, 1e-9].map(Math.fround));
});

test('zero is an integer of every range', () => {
  const of = (low: number, high: number) => scaleOf('x', new Map([['x', [low, high]]]));
  expect(of(0, 51)).toEqual({ scale: Math.fround(0.2), zeroPoint: 0 });
  expect(of(-1, 1.55)).toEqual({ scale: Math.fround(0.01), zeroPoint: 100 });
  expect(of(3, 51).zeroPoint).toBe(0);
  expect(of(-51, -3).zeroPoint).toBe(255);
  expect(of(0, 0)).toEqual({ scale: 1, zeroPoint: 0 });
  expect(roundedTo([0], [-1, 2])).toEqual([0]);
});

/** A network with weights of a formula and without batch norms, and images. */
async function known(name: keyof typeof architectures, side: number) {
  const { build, dialects }: Architecture = architectures[name];
  const network = build({ inputSize: [side, side] });
  await loadWeights(network, formulaCheckpoint(network, dialects[0]!), dialects[0]);
  const folded = foldBatchNorm(network);
  const batch = () => tensor4d(formula(2 * side * side * 3, 1, 4), [2, side, side, 3]);
  return { folded, batch };
}

async function operatorsOf(file: Uint8Array, name: string): Promise<(operator: string) => number> {
  const path = join(folder, `${name}.onnx`);
  const options = { optimizedModelFilePath: path, graphOptimizationLevel: 'extended' } as const;
  await (await InferenceSession.create(file, options)).release();
  const bytes = await readFile(path, 'latin1');
  // Field 4 of a node is the name of its operator.
  return operator =>
    bytes.split(`\x22${String.fromCharCode(operator.length)}${operator}`).length - 1;
}

test.each([
  ['resnet18', 64, 0.99],
  ['efficientnet_lite0', 64, 0.97],
  ['mobilenet_v2', 64, 0.97],
  ['convnext_tiny', 64, 0.99],
  ['vit_tiny_patch16_224', 64, 0.99],
] as const)('%s with integers computes nearly the same features', async (name, side, least) => {
  const { folded, batch } = await known(name, side);
  const before = memory().numTensors;
  const ranges = await calibrateInt8(folded, [batch()]);
  const file = await exported(folded, ranges);
  expect(memory().numTensors - before).toBe(0);
  expect(file.length).toBeLessThan(1.6 * folded.countParams());
  const images = batch();
  const plain = folded.predict(images) as Tensor;
  const { data, dims } = await computed(file, images);
  expect(dims.reduce((all, length) => all * length, 1)).toBe(plain.size);
  const values = (await plain.data()) as Float32Array;
  const turned = plain.rank === 4 ? transpose(plain, [0, 3, 1, 2]).dataSync() : values;
  expect(cosine(data as Float32Array, turned as Float32Array)).toBeGreaterThan(least);
  folded.dispose();
  dispose([images, plain]);
});

function cosine(a: Float32Array, b: Float32Array): number {
  const product = (x: Float32Array, y: Float32Array) =>
    x.reduce((sum, value, k) => sum + value * y[k]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

test('ONNX Runtime computes every convolution and sum of a ResNet with integers, but the last sum', async () => {
  const { folded, batch } = await known('resnet18', 64);
  const ranges = await calibrateInt8(folded, [batch()]);
  const count = await operatorsOf(await exported(folded, ranges), 'resnet18');
  expect([count('QLinearConv'), count('Conv'), count('QLinearAdd'), count('Add')]).toEqual([
    20, 0, 7, 1,
  ]);
  folded.dispose();
});

test('ONNX Runtime computes the dense layers of a ConvNeXt with integers, and its convolutions in 32 bits', async () => {
  const { folded, batch } = await known('convnext_tiny', 64);
  const ranges = await calibrateInt8(folded, [batch()]);
  const count = await operatorsOf(await exported(folded, ranges), 'convnext');
  expect([count('MatMulIntegerToFloat'), count('QLinearConv'), count('Conv')]).toEqual([36, 0, 22]);
  folded.dispose();
});

test('ranges hold the smallest and the largest value over all batches', async () => {
  const network = sequential({ name: 'twice' });
  network.add(layers.conv2d({ filters: 1, kernelSize: 1, inputShape: [1, 2, 1], name: 'conv' }));
  network.setWeights([tensor4d([2], [1, 1, 1, 1]), tensor1d(Float32Array.of(1))]);
  const batches = [tensor4d([1, -3], [1, 1, 2, 1]), tensor4d([5, 0], [1, 1, 2, 1])];
  const ranges = await calibrateInt8(network, batches);
  expect([...ranges]).toEqual([
    ['images', [-3, 5]],
    ['conv', [-5, 11]],
  ]);
  expect(batches.every(({ isDisposed }) => isDisposed)).toBe(true);
});

test('ranges suit the same network in another process, where inputs have other numbers', async () => {
  const ranges = await known('resnet18', 32).then(({ folded, batch }) =>
    calibrateInt8(folded, [batch()]),
  );
  const { folded } = await known('resnet18', 32);
  expect((await exported(folded, ranges)).length).toBeGreaterThan(1e7);
});

test('the input has the layout that is asked for', async () => {
  const network = sequential();
  network.add(layers.conv2d({ filters: 2, kernelSize: 1, inputShape: [4, 5, 3], name: 'conv' }));
  const ranges: ActivationRanges = new Map([
    ['images', [-1, 1]],
    ['conv', [-1, 1]],
  ]);
  const shapes = await Promise.all(
    (['NCHW', 'NHWC'] as const).map(async layout => {
      const session = await InferenceSession.create(
        await exportInt8Onnx(network, ranges, { layout }),
      );
      return (session.inputMetadata[0] as { readonly shape: readonly unknown[] }).shape.slice(1);
    }),
  );
  expect(shapes).toEqual([
    [3, 4, 5],
    [4, 5, 3],
  ]);
  const options = { layout: 'HWC' } as unknown as Int8OnnxOptions;
  await expect(exportInt8Onnx(network, ranges, options)).rejects.toThrow(RangeError);
});

describe('a network cannot compute with integers', () => {
  const convolution = () => {
    const network = sequential({ name: 'one' });
    network.add(layers.conv2d({ filters: 2, kernelSize: 1, inputShape: [4, 4, 3], name: 'conv' }));
    return network;
  };
  const refused = async (work: Promise<unknown>, message: RegExp) => {
    const error = await work.catch((thrown: Error) => thrown);
    expect(error).toBeInstanceOf(CalibrationError);
    expect((error as Error).message).toMatch(message);
  };

  test('with images of another size, which are disposed too', async () => {
    const network = convolution();
    const images = zeros([1, 5, 5, 3]);
    await expect(calibrateInt8(network, [images])).rejects.toThrow(/\[1,5,5,3\]/);
    expect(images.isDisposed).toBe(true);
  });

  test('without ranges', () =>
    refused(exported(convolution(), new Map()), /there is no range of its values. Calibrate/));

  test('with ranges that are no numbers', () => {
    const network = convolution();
    return refused(exported(network, new Map([['images', [0, Number.NaN]]])), /not from 0 to NaN/);
  });

  test('without images', () =>
    refused(calibrateInt8(convolution(), []), /^one: there were no images/));

  test('with images that are no numbers', () => {
    const images = tensor4d(new Float32Array(48).fill(Number.POSITIVE_INFINITY), [1, 4, 4, 3]);
    return refused(calibrateInt8(convolution(), [images]), /cannot be calibrated/);
  });

  test('without layers for it', () => {
    const network = sequential({ name: 'dense' });
    network.add(layers.dense({ units: 2, inputShape: [3] }));
    return refused(calibrateInt8(network, []), /^dense: none of its layers computes with integers/);
  });

  test('with a convolution that is called twice, unless that is left out', async () => {
    const images = input({ shape: [4, 4, 3] });
    const twice = layers.conv2d({ filters: 3, kernelSize: 1, name: 'twice' });
    const once = layers.conv2d({ filters: 3, kernelSize: 1, name: 'once' });
    const outputs = once.apply(twice.apply(twice.apply(images))) as typeof images;
    const network = model({ inputs: images, outputs });
    const batch = () => tensor4d(formula(48, 1), [1, 4, 4, 3]);
    await refused(
      calibrateInt8(network, [batch()]),
      /^twice: a layer that is called several times/,
    );
    const products = (layer: string) => layer === 'once';
    await refused(
      calibrateInt8(network, [batch()], { products }),
      /^twice: a layer that is called/,
    );
  });
});
