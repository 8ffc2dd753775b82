import '@tensorflow/tfjs-backend-cpu';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  type Checkpoint,
  loadCheckpoint,
  type ResNetConfig,
  readTfjsWeights,
  resNet,
  resNetTaps,
  WeightsMismatchError,
} from '../src/index';

/** One block a stage, so that tests are quick; the widths are those of the family. */
const shallow: ResNetConfig = {
  depths: [1, 1, 1, 1],
  strideOn: '1x1',
  convolutionBias: false,
  epsilon: 1e-5,
};

const sameName = (weight: string) => weight;

function checkpointOf(
  network: ReturnType<typeof resNet>,
): Map<string, { shape: number[]; values: Float32Array }> {
  return new Map(
    network.weights.map(weight => {
      const shape = weight.shape as number[];
      const size = shape.reduce((product, side) => product * side, 1);
      return [weight.originalName, { shape, values: new Float32Array(size).fill(0.5) }];
    }),
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

  test('admits any size when none is given, and ends in logits when classes are', () => {
    const network = resNet(shallow, { inputSize: [null, null], classes: 7 });
    expect(network.outputs[0]!.shape).toEqual([null, 7]);
    network.dispose();
  });
});

describe('a checkpoint', () => {
  test('fills every weight and leaves no other tensor', async () => {
    const network = resNet(shallow, { inputSize: [32, 32] });
    const before = memory().numTensors;
    loadCheckpoint(network, checkpointOf(network), sameName);
    expect(memory().numTensors).toBe(before);
    for (const weight of network.getWeights()) expect((await weight.data())[0]).toBe(0.5);
    network.dispose();
  });

  test('that does not fit is refused with everything that is wrong with it, and nothing is loaded', async () => {
    const network = resNet(shallow, { inputSize: [32, 32] });
    const checkpoint = checkpointOf(network);
    checkpoint.delete('bn1/beta');
    checkpoint.set('bn1/gamma', { shape: [63], values: new Float32Array(63) });
    checkpoint.set('extra/kernel', { shape: [2], values: new Float32Array(2) });
    checkpoint.set('fc/kernel', { shape: [2], values: new Float32Array(2) });
    const load = () =>
      loadCheckpoint(network, checkpoint, sameName, name => name.startsWith('fc/'));
    expect(load).toThrow(WeightsMismatchError);
    expect(load).toThrow(/\(3 problems\)/);
    expect(load).toThrow(/missing: 'bn1\/beta' for bn1\/beta \[64\]/);
    expect(load).toThrow(/unexpected: 'extra\/kernel' \[2\]/);
    expect(load).toThrow(/'bn1\/gamma' should have shape \[64\], the checkpoint has \[63\]/);
    expect((await network.getLayer('conv1').getWeights()[0]!.data())[0]).toBe(0);
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

  test('are views of the bytes, in the order of the manifest', () => {
    const bytes = Float32Array.from([1, 2, 3]).buffer;
    const checkpoint: Checkpoint = readTfjsWeights(json, bytes);
    expect([...checkpoint].map(([name, { values }]) => [name, ...values])).toEqual([
      ['a', 1, 2],
      ['b', 3],
    ]);
    expect(checkpoint.get('b')!.values.buffer).toBe(bytes);
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
