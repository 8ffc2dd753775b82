import '@shroom/backend-ort';
import { splitByClass } from '@shroom/data';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Ablation, ablations } from '../accuracy/ablations';
import type { PhotoFeatures } from '../accuracy/features';
import { trial } from '../accuracy/trial';

beforeAll(() => setBackend('ort'));

/** Two classes that a line separates in each kind of features, four views of each photo. */
const labels = Int32Array.from({ length: 40 }, (_, photo) => photo % 2);
const width = 80;
const features: PhotoFeatures = {
  values: Float32Array.from({ length: 40 * 4 * width }, (_, index) => {
    const photo = Math.floor(index / (4 * width));
    return (photo % 2 === 0 ? 1 : -1) + 0.3 * Math.sin(index);
  }),
  width,
  views: 4,
  kinds: {
    'covariance layer3': [0, 8],
    'covariance layer4': [8, 16],
    'covariance both': [0, 16],
    average: [16, 80],
  },
};
const split = splitByClass(Array.from(labels, (label, photo) => ({ id: `${photo}`, label })));
const ways: readonly (readonly [string, Ablation])[] = Object.entries(ablations);

test('every way has a name of its own', () => {
  const names = ways.map(([, { name }]) => name);
  expect(new Set(names).size).toBe(names.length);
});

describe.each(ways)('%s', (_, ablation) => {
  test('trains on its features, tells the classes apart, and leaves no tensor behind', async () => {
    const { signal } = new AbortController();
    const options = { classes: 2, seed: 1, signal };
    // Linear layers learn in gentle steps: larger ones where photos are few.
    const faster = { schedule: { name: 'constant', learningRate: 1e-2 } } as const;
    // The running averages of an MLP's batch norms come late.
    const how = ablation.head === 'linear' ? faster : { patience: 29 };
    const quick = { ...ablation, phase: { ...ablation.phase, epochs: 30, batchSize: 4, ...how } };
    const before = memory().numTensors;
    const { validation, test } = await trial(quick, features, labels, split, options);
    expect(validation).toEqual({ accuracy: 1, macroF1: 1 });
    expect(test).toEqual({ accuracy: 1, macroF1: 1 });
    expect(memory().numTensors).toBe(before);
  });
});
