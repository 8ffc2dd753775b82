import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { layerCam, logit, prepareModel, probability } from '../../src/index';
import { arcc, confidenceChange, impute, road } from '../../src/metrics/index';
import { images, network } from '../formula';

/** Figures of pytorch-grad-cam with ROAD's noise off; tools/reference/gradcam.py writes them. */
const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../reference/${name}.json`, import.meta.url), 'utf8'));
const figures: {
  percentiles: number[];
  imputed: number[];
  arcc: { coherency: number[]; extent: number[]; score: number[] };
  kinds: Record<
    'logit' | 'probability',
    { morf: number[][]; lerf: number[][]; combined: number[]; drop: number[]; increase: number[] }
  >;
} = read('metrics');
const final: number[] = read('maps').networks.flat.taps.conv2.layerCam.final;
const maps = [0, 1].map(image => ({
  values: Float32Array.from(final.slice(image * 80, image * 80 + 80)),
  height: 10,
  width: 8,
}));
const explanations = maps.map((map, image) => ({ map, classIndex: [1, 3][image]! }));
const parts = prepareModel(network('flat'));

test('as pytorch-grad-cam: ARCC', async () => {
  const own = prepareModel(network('flat'), { tap: 'conv2' });
  const photos = images();
  const before = memory().numTensors;
  const found = await arcc(own, photos, explanations, {
    method: layerCam(),
    target: probability,
    ties: 'together',
  });
  expect(memory().numTensors).toBe(before);
  for (const name of ['coherency', 'extent', 'score'] as const)
    expectClose(
      found.map(each => each[name]),
      figures.arcc[name],
    );
});

describe.each([
  ['logit', logit],
  ['probability', probability],
] as const)('as pytorch-grad-cam, watching the %s:', (kind, target) => {
  const figure = figures.kinds[kind];

  test('ROAD', async () => {
    const { percentiles } = figures;
    const photos = images();
    const before = memory().numTensors;
    const found = await road(parts, photos, explanations, {
      target,
      percentiles,
      batch: 4,
      ties: 'together',
    });
    expect(memory().numTensors).toBe(before);
    found.forEach(({ mostRelevantFirst, leastRelevantFirst, combined }, image) => {
      expectClose(
        mostRelevantFirst,
        figure.morf.map(scores => scores[image]!),
      );
      expectClose(
        leastRelevantFirst,
        figure.lerf.map(scores => scores[image]!),
      );
      expect(combined).toBeCloseTo(figure.combined[image]!, 4);
    });
  });

  test('drop and increase of the confidence', async () => {
    const found = await confidenceChange(parts, images(), explanations, { target });
    expectClose(
      found.map(({ absoluteDrop }) => absoluteDrop),
      figure.drop,
    );
    expect(found.map(({ increased }) => Number(increased))).toEqual(figure.increase);
  });
});

test('pixels are filled in as by the sparse solve of the reference', () => {
  const values = images().dataSync().slice(0, 240) as Float32Array;
  const threshold = [...maps[0]!.values].sort((a, b) => a - b);
  const place = 0.4 * 79;
  const low = threshold[Math.floor(place)]!;
  const cut = low + (threshold[Math.ceil(place)]! - low) * (place % 1);
  const kept = Array.from(maps[0]!.values, value => value < cut);
  expectClose(impute({ values, height: 10, width: 8, colors: 3 }, kept), figures.imputed);
});

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++)
    expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThan(1e-4);
}
