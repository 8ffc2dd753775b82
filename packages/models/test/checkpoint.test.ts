import '@tensorflow/tfjs-backend-cpu';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  type Architecture,
  architectures,
  type Checkpoint,
  type CheckpointTensor,
  checkpointOf,
  ElementTypeError,
  loadWeights,
  ownDialect,
  type ResNetConfig,
  readTfjsWeights,
  resNet,
  resNetTaps,
  TfjsWeightsError,
  WeightsMismatchError,
} from '../src/index';

/** One block a stage, so that tests are quick; the widths are those of the family. */
const shallow: ResNetConfig = {
  block: 'bottleneck',
  depths: [1, 1, 1, 1],
  strideOn: '1x1',
  convolutionBias: false,
  epsilon: 1e-5,
};

function tensorOf(shape: number[], value: number): CheckpointTensor {
  const size = shape.reduce((product, side) => product * side, 1);
  return { shape, read: async () => new Float32Array(size).fill(value) };
}

function halves(network: ReturnType<typeof resNet>): Map<string, CheckpointTensor> {
  return new Map(
    network.weights.map(({ originalName, shape }) => [
      originalName,
      tensorOf(shape as number[], 0.5),
    ]),
  );
}

describe('a network', () => {
  test('halves the map where the paper does, and its layers are the taps', () => {
    for (const size of [64, 75]) {
      const network = resNet(shallow, { inputSize: [size, size] });
      for (const { layer, stride, channels } of resNetTaps(shallow)) {
        const side = Math.ceil(size / stride);
        expect(network.getLayer(layer).outputShape).toEqual([null, side, side, channels]);
      }
      network.dispose();
    }
  });

  test('accepts any size if none is given, and ends in logits if classes are given', () => {
    const network = resNet(shallow, { inputSize: [null, null], classes: 7 });
    expect(network.outputs[0]!.shape).toEqual([null, 7]);
    network.dispose();
  });
});

describe('a checkpoint', () => {
  test('fills every weight and leaves no other tensor', async () => {
    const network = resNet(shallow, { inputSize: [32, 32] });
    const before = memory().numTensors;
    await loadWeights(network, halves(network));
    expect(memory().numTensors).toBe(before);
    for (const weight of network.getWeights()) expect((await weight.data())[0]).toBe(0.5);
    network.dispose();
  });

  test('of another network is refused with the first ten problems', async () => {
    const network = resNet(shallow, { inputSize: [32, 32] });
    const refused = loadWeights(network, new Map(), ownDialect);
    const count = network.weights.length;
    await expect(refused).rejects.toThrow(`(${count} problems)`);
    const message = await refused.then(String, (error: Error) => error.message);
    expect(message.split('\n')).toHaveLength(12);
    expect(message.split('\n').at(-1)).toBe(`  and ${count - 10} more`);
    network.dispose();
  });

  test('that does not match is refused with a list of all problems, and nothing is loaded', async () => {
    const network = resNet(shallow, { inputSize: [32, 32] });
    const checkpoint = halves(network);
    checkpoint.delete('bn1/beta');
    checkpoint.set('bn1/gamma', tensorOf([63], 1));
    checkpoint.set('extra/kernel', tensorOf([2], 1));
    checkpoint.set('fc/kernel', tensorOf([2], 1));
    const refused = await loadWeights(network, checkpoint, ownDialect, name =>
      name.startsWith('fc/'),
    ).catch((error: Error) => error);
    expect(refused).toBeInstanceOf(WeightsMismatchError);
    const { message } = refused as Error;
    expect(message).toMatch(/\(3 problems\)/);
    expect(message).toMatch(/missing: 'bn1\/beta' for bn1\/beta \[64\]/);
    expect(message).toMatch(/unexpected: 'extra\/kernel' \[2\]/);
    expect(message).toMatch(/'bn1\/gamma' should have shape \[64\], the checkpoint has \[63\]/);
    expect((await network.getLayer('conv1').getWeights()[0]!.data())[0]).toBe(0);
    network.dispose();
  });

  test.each([
    ['cannot be read', () => Promise.reject(new Error('the disk is gone'))],
    ['has too few values', async () => new Float32Array(3)],
  ])('of which one tensor %s leaves the network as it was', async (_, read) => {
    const network = resNet(shallow, { inputSize: [32, 32] });
    const checkpoint = halves(network);
    const [name, { shape }] = [...checkpoint].at(-1)!;
    checkpoint.set(name, { shape, read });
    const before = memory().numTensors;
    await expect(loadWeights(network, checkpoint)).rejects.toThrow();
    for (const weight of network.getWeights()) expect(await weight.data()).not.toContain(0.5);
    expect(memory().numTensors).toBe(before);
    network.dispose();
  });
});

describe('the weights of a tfjs model', () => {
  const json = {
    weightsManifest: [
      {
        paths: ['1.bin', '2.bin'],
        weights: [
          { name: 'a', shape: [2], dtype: 'float32' },
          { name: 'b', shape: [], dtype: 'float32' },
        ],
      },
    ],
  };

  test('are views of the bytes, in the order of the manifest', async () => {
    const bytes = Float32Array.from([1, 2, 3]).buffer;
    const checkpoint: Checkpoint = readTfjsWeights(json, bytes);
    expect([...checkpoint.keys()]).toEqual(['a', 'b']);
    expect(await checkpoint.get('a')!.read()).toEqual(Float32Array.from([1, 2]));
    const { buffer, byteOffset } = await checkpoint.get('b')!.read();
    expect(buffer).toBe(bytes);
    expect(byteOffset).toBe(8);
  });

  test.each([
    ['of whole numbers', { dtype: 'int32' }, ElementTypeError, /'a' is int32; only float32/],
    ['in 16 bits', { quantization: { dtype: 'float16' } }, ElementTypeError, /'a' is float16/],
    ['of half a number', { shape: [0.5, 4] }, TfjsWeightsError, /is not a list of integers/],
    ['of a negative size', { shape: [-1, -2] }, TfjsWeightsError, /is not a list of integers/],
    ['of one name', { name: 'b' }, TfjsWeightsError, /names two tensors 'b'/],
  ])('are refused where one is %s', (_, change, type, message) => {
    const [first, second] = json.weightsManifest[0]!.weights;
    const weights = [{ ...first!, ...change }, second!];
    const manifest = { weightsManifest: [{ paths: [], weights }] };
    const read = () => readTfjsWeights(manifest, new ArrayBuffer(12), { source: 'm.json' });
    expect(read).toThrow(type);
    expect(read).toThrow(message);
    expect(read).toThrow(/^m\.json: /);
  });

  test('are refused when they are too few or too many', () => {
    expect(() => readTfjsWeights(json, new ArrayBuffer(8))).toThrow(
      /names 2 tensors; 1 of them and 8 bytes were found in 8 bytes/,
    );
    expect(() => readTfjsWeights(json, new ArrayBuffer(16))).toThrow(
      /cut short or of another model/,
    );
  });
});

test.each(
  (
    [
      'resnet18',
      'convnext_tiny',
      'efficientnet_lite0',
      'mobilenet_v2',
      'vit_tiny_patch16_224',
    ] as const
  ).flatMap(name =>
    (architectures[name] as Architecture).dialects.map(dialect => [name, dialect] as const),
  ),
)('one missing tensor of %s is named in every dialect', async (name, dialect) => {
  const network = architectures[name].build({ inputSize: [32, 32] });
  const whole = new Map(checkpointOf(network, dialect));
  const missing = [...whole.keys()].at(-3)!;
  whole.delete(missing);
  const loaded = loadWeights(network, whole, dialect);
  await expect(loaded).rejects.toThrow(WeightsMismatchError);
  await expect(loaded).rejects.toThrow(`missing: '${missing}'`);
  network.dispose();
});
