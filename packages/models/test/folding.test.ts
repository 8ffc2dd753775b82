import { dispose, memory, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { type Architecture, architectures, foldBatchNorm, loadWeights } from '../src/index';
import { formula, formulaCheckpoint } from './formula';
import { useWasm } from './wasm';

beforeAll(useWasm);

test.each(['resnet18', 'resnet50_keras', 'inception_v3'] as const)(
  '%s with its batch norms folded computes the same',
  async name => {
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
  },
);
