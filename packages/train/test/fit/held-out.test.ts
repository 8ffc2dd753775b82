import '@tensorflow/tfjs-backend-cpu';
import { memory } from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import {
  type FeatureSet,
  fit,
  heldOutLogits,
  logitsOf,
  selectFrom,
  sourceOf,
} from '../../src/index';

const classes = 2;

/** Two clouds that overlap, two views of each photo. */
function photos(count: number, salt: number): FeatureSet {
  const labels = Int32Array.from({ length: count }, (_, photo) => photo % classes);
  const values = Float32Array.from({ length: count * 4 }, (_, place) => {
    const photo = Math.floor(place / 4);
    return (labels[photo] === 1 ? 0.5 : -0.5) + Math.sin(salt + 7 * place + place * place);
  });
  return { values, labels, views: 2, channels: 2 };
}

const train = photos(24, 1);
const validation = photos(12, 2);
const start = () => {
  const kernelInitializer = initializers.glorotUniform({ seed: 3 });
  return sequential({
    layers: [layers.dense({ units: classes, inputShape: [2], kernelInitializer })],
  });
};
// So large steps that the best epoch is not the last.
const options = { epochs: 12, patience: 12, batchSize: 6, schedule: () => 0.5, seed: 4 };
const halves = [
  [0, 3, 4, 7, 8, 11],
  [1, 2, 5, 6, 9, 10],
];

describe('logits of photos that chose nothing', () => {
  test('are those of a training whose epoch the other photos chose', async () => {
    const found = await heldOutLogits(start, { train, validation, classes }, halves, options);
    expect([...found.samples]).toEqual(halves.flat());
    expect([...found.labels]).toEqual(halves.flat().map(place => place % 2));
    const chosen: number[] = [];
    for (const [index, half] of halves.entries()) {
      const classifier = start();
      const others = selectFrom(validation, halves[1 - index]!);
      let epoch = 0;
      let rows = new Float32Array();
      for await (const report of fit(classifier, { train, validation: others, classes }, options)) {
        if (!report.best) continue;
        epoch = report.epoch;
        rows = (await logitsOf(classifier, selectFrom(validation, half))) as typeof rows;
      }
      chosen.push(epoch);
      expect([...found.logits[0]!.subarray(12 * index, 12 * index + 12)]).toEqual([...rows]);
      classifier.dispose();
    }
    expect(Math.min(...chosen)).toBeLessThan(options.epochs);
  });

  test('do not depend on the truth of the photos that they are of', async () => {
    const [half] = halves as [number[], number[]];
    const before = await heldOutLogits(start, { train, validation, classes }, [half], options);
    const labels = validation.labels.map((label, place) =>
      half.includes(place) ? 1 - label : label,
    );
    const after = await heldOutLogits(
      start,
      { train, validation: { ...validation, labels }, classes },
      [half],
      options,
    );
    expect([...after.logits[0]!]).toEqual([...before.logits[0]!]);
    expect([...after.labels]).toEqual([...before.labels].map(label => 1 - label));
  });

  test('are of as many views as are asked for, and nothing is left behind', async () => {
    const tensors = memory().numTensors;
    const data = { train, validation, classes };
    const how = { ...options, validationViews: 2 };
    const { logits } = await heldOutLogits(start, data, halves, { ...how, views: [1, 2] });
    expect(logits).toHaveLength(2);
    const averaged = await heldOutLogits(start, data, halves, how);
    expect([...averaged.logits[0]!]).toEqual([...logits[1]!]);
    expect([...logits[0]!]).not.toEqual([...logits[1]!]);
    expect(memory().numTensors).toBe(tensors);
  });

  test('folds that leave nobody to choose, or hold a photo twice, are refused', async () => {
    const data = { train, validation, classes };
    const of = (folds: number[][]) => heldOutLogits(start, data, folds, options);
    await expect(of([])).rejects.toThrow(/no folds/);
    await expect(of([[]])).rejects.toThrow(/Fold 0 holds 0 of 12/);
    await expect(of([[...Array(12).keys()]])).rejects.toThrow(/Fold 0 holds 12 of 12/);
    await expect(of([[1, 2], [2]])).rejects.toThrow(/Fold 1 holds 2; .* 0 to 11/);
    await expect(of([[12]])).rejects.toThrow(/Fold 0 holds 12; /);
  });
});

test('everything is checked before the first training, and rows have the numbers that they came with', async () => {
  let started = 0;
  const counted = () => {
    started += 1;
    return start();
  };
  const odd = { ...validation, values: Float32Array.from(validation.values) };
  odd.values[7 * 4 + 2] = Number.NaN;
  const label = {
    ...validation,
    labels: validation.labels.map((each, row) => (row === 7 ? 5 : each)),
  };
  for (const [held, how, message] of [
    [odd, {}, /validation: row 7, view 1/],
    [label, {}, /validation.labels: row 7 is 5/],
    [validation, { views: [1, 3] }, /views should be a whole number, 1 to 2, not 3/],
    [validation, { views: [] }, /views is empty/],
  ] as const) {
    const data = { train, validation: held, classes };
    await expect(heldOutLogits(counted, data, halves, { ...options, ...how })).rejects.toThrow(
      message,
    );
  }
  expect(started).toBe(0);
});

test('a selection says which photos of which features it is', async () => {
  const features = { ...sourceOf(validation), identity: 'photos of May' };
  const some = selectFrom(features, [3, 1]);
  expect(some.identity).toMatch(/^2 of 12 photos \([0-9a-f]{32}\) of photos of May$/);
  const others = [[1, 3], [3], [3, 2], [3, 1, 1]].map(
    places => selectFrom(features, places).identity,
  );
  expect(new Set([some.identity, ...others]).size).toBe(5);
  expect(selectFrom(features, Int32Array.of(3, 1)).identity).toBe(some.identity);
  expect(selectFrom(some, [0]).identity).toContain(some.identity);
  expect(selectFrom(validation, [3]).identity).toBeUndefined();
});
