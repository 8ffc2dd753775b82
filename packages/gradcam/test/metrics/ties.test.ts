import '@tensorflow/tfjs-backend-cpu';
import { tensor2d, tensor4d } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { hiResCam, logit, prepareModel } from '../../src/index';
import {
  deletion,
  energyInMask,
  insertion,
  intersectionOverUnion,
  pointingGame,
  rankAccuracy,
  road,
  sensitivity,
} from '../../src/metrics/index';

const side = 8;
const mapOf = (value: (row: number, column: number) => number) => ({
  values: Float32Array.from({ length: side * side }, (_, i) =>
    value(Math.floor(i / side), i % side),
  ),
  height: side,
  width: side,
});
/** Two of eight rows. */
const maskFrom = (top: number) => mapOf(row => (row >= top && row < top + 2 ? 1 : 0));
const same = { empty: mapOf(() => 0), constant: mapOf(() => 0.5), negative: mapOf(() => -1) };
const tops = [0, 3, 6];

describe('a constant map scores like chance, wherever the mask is:', () => {
  test.each(Object.entries(same))('%s', (name, map) => {
    for (const top of tops) {
      expect(rankAccuracy(map, maskFrom(top))).toBe(0.25);
      expect(pointingGame(map, maskFrom(top))).toBe(name === 'constant' ? 0.25 : 0);
      expect(energyInMask(map, maskFrom(top))).toBe(name === 'constant' ? 0.25 : 0);
      expect(intersectionOverUnion(map, maskFrom(top))).toBe(name === 'constant' ? 0.25 : 0);
    }
  });
});

test('rank accuracy counts positions above a tie fully, and positions of the tie by their share', () => {
  // One place outside is hotter than all others: of the 16 hottest the other 15 are drawn of 63, of which 16 are inside.
  const outside = mapOf((row, column) => (row === 7 && column === 7 ? 1 : 0));
  expect(rankAccuracy(outside, maskFrom(0))).toBeCloseTo((16 * 15) / 63 / 16, 10);
  expect(rankAccuracy(outside, maskFrom(6))).toBeCloseTo((1 + (15 * 15) / 63) / 16, 10);
});

test('the pointing game counts the share of equally hot positions', () => {
  const corners = mapOf((row, column) => (row % 7 === 0 && column % 7 === 0 ? 1 : 0));
  expect(pointingGame(corners, maskFrom(0))).toBe(0.5);
  expect(pointingGame(corners, maskFrom(3))).toBe(0);
});

/** Its logits are the images' pixels times `weights`. */
function linear(weights: (row: number) => number) {
  const model = sequential({
    layers: [
      layers.activation({ activation: 'linear', inputShape: [side, side, 1], name: 'tap' }),
      layers.flatten({}),
      layers.dense({ units: 2, useBias: false }),
    ],
  });
  const kernel = Array.from({ length: side * side }, (_, i) => [weights(Math.floor(i / side)), 0]);
  model.setWeights([tensor2d(kernel)]);
  return prepareModel(model, { tap: 'tap' });
}

describe('a linear model with a constant map', () => {
  const images = tensor4d(new Float32Array(side * side).fill(1), [1, side, side, 1]);
  test.each(tops)('has curves that go straight, with the weight at row %i', async top => {
    const parts = linear(row => (row === top ? 1 : 0));
    for (const map of Object.values(same)) {
      const explanations = [{ map, classIndex: 0 }];
      const options = { target: logit, steps: 16, fill: 'zero' } as const;
      const [down] = await deletion(parts, images, explanations, options);
      const [up] = await insertion(parts, images, explanations, options);
      expect([down!.area, up!.area]).toEqual([4, 4]);
      const [removed] = await road(parts, images, explanations, { target: logit });
      expect(removed!.combined).toBe(0);
    }
  });

  test('ties within a map prefer no side of the image', async () => {
    // The upper half is hot. Below, where all is alike, the weight is at the top or at the bottom of the half.
    const areas = [];
    const explanations = [{ map: mapOf(row => (row < 4 ? 1 : 0)), classIndex: 0 }];
    for (const top of [4, 7]) {
      const parts = linear(row => (row === top ? 1 : 0));
      const [down] = await deletion(parts, images, explanations, {
        target: logit,
        steps: 16,
        draws: 8,
      });
      expect(down!.scores.slice(0, 9)).toEqual(new Array(9).fill(8));
      areas.push(down!.area);
    }
    // 8 over the first half, half of it on average over the second.
    for (const area of areas) expect(area).toBeCloseTo(6, 1);
  });
});

test('ROAD removes as many pixels as the percentile says, or all equal ones', async () => {
  const parts = linear(() => 1);
  const values = Array.from({ length: side * side }, (_, i) => (i * 37) % 11);
  const images = tensor4d(values, [1, side, side, 1]);
  // Three quarters are 0: the least relevant first.
  const explanations = [{ map: mapOf(row => (row < 2 ? 1 : 0)), classIndex: 0 }];
  const watch = { target: logit, percentiles: [90, 30] };
  const [together] = await road(parts, images, explanations, { ...watch, ties: 'together' });
  expect(together!.leastRelevantFirst[0]).toBe(together!.leastRelevantFirst[1]);
  const [expected] = await road(parts, images, explanations, watch);
  expect(expected!.leastRelevantFirst[0]).not.toBe(expected!.leastRelevantFirst[1]);
});

test('sensitivity of a map of 768 x 768 places', async () => {
  const wide = 768;
  const model = sequential({
    layers: [
      layers.activation({ activation: 'linear', inputShape: [wide, wide, 1], name: 'tap' }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 2, kernelInitializer: 'ones' }),
    ],
  });
  const parts = prepareModel(model, { tap: 'tap' });
  const pixels = new Float32Array(wide * wide).map((_, i) => i % 2);
  const photos = tensor4d(pixels, [1, wide, wide, 1]);
  const method = hiResCam();
  const [moved] = await sensitivity(parts, photos, { method, classIndex: 0, samples: 1 });
  // Half of the pixels are 1, and each changes by up to 0.02 either way; of the others only what is above 0 is in the map.
  expect(moved).toBeCloseTo(0.02 * Math.sqrt(1.5 / 3), 3);
});
