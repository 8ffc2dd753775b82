import '@tensorflow/tfjs-backend-cpu';
import { memory, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  contrast,
  explain,
  gradCam,
  type HeatMap,
  hiResCam,
  logit,
  prepareModel,
} from '../../src/index';
import {
  adcc,
  arcc,
  compare,
  confidenceChange,
  deletion,
  energyInMask,
  impute,
  infidelity,
  insertion,
  intersectionOverUnion,
  pointingGame,
  rankAccuracy,
  road,
  TargetError,
} from '../../src/metrics/index';
import { image, inside, mask, patchModel, size } from './patch-model';

const mapOf = (value: (place: number) => number): HeatMap => ({
  values: Float32Array.from({ length: size * size }, (_, place) => value(place)),
  height: size,
  width: size,
});
const oracle = mapOf(place => Number(inside(place)));
const inverse = mapOf(place => Number(!inside(place)));
const randoms = [0, 1, 2, 3, 4].map(seed =>
  mapOf(place => ((place * 7919 + seed * 104729 + 13) % 1009) / 1009),
);
/** Hotter inside, and not all of it: what a method is at its best. */
const methods = randoms.map(({ values }) =>
  mapOf(place => Number(inside(place)) + 1.5 * values[place]!),
);
const empty = mapOf(() => 0);

/** The patch model gives logits: its softmax is left to others. */
const probable = (model: LayersModel) => prepareModel(model, { link: 'softmax' });

describe('every metric ranks an oracle above a method, a method above chance, and chance above the opposite of the oracle', () => {
  const parts = probable(patchModel());
  const own = { method: hiResCam() };
  const classMap = (map: HeatMap) => [{ map, classIndex: 0 }];
  const scores = {
    road: async (map: HeatMap) => (await road(parts, image(), classMap(map)))[0]!.combined,
    deletion: async (map: HeatMap) => -(await deletion(parts, image(), classMap(map)))[0]!.area,
    insertion: async (map: HeatMap) => (await insertion(parts, image(), classMap(map)))[0]!.area,
    'average drop': async (map: HeatMap) =>
      -(await confidenceChange(parts, image(), classMap(map)))[0]!.relativeDrop,
    adcc: async (map: HeatMap) => (await adcc(parts, image(), classMap(map), own))[0]!.score,
    arcc: async (map: HeatMap) => (await arcc(parts, image(), classMap(map), own))[0]!.score,
    infidelity: async (map: HeatMap) =>
      -(await infidelity(parts, image(), classMap(map), { target: logit }))[0]!,
    'energy in mask': async (map: HeatMap) => energyInMask(map, mask),
    'intersection over union': async (map: HeatMap) => intersectionOverUnion(map, mask),
    'rank accuracy': async (map: HeatMap) => rankAccuracy(map, mask),
  };

  test.each(Object.entries(scores))('%s', async (_, score) => {
    const [best, worst] = [await score(oracle), await score(inverse)];
    const average = async (maps: readonly HeatMap[]) => {
      let total = 0;
      for (const map of maps) total += await score(map);
      return total / maps.length;
    };
    const [method, chance] = [await average(methods), await average(randoms)];
    expect(best).toBeGreaterThan(method);
    expect(method).toBeGreaterThan(chance);
    expect(chance).toBeGreaterThan(worst);
  });

  test('average gain and increase, where the surroundings speak against the class', async () => {
    const wary = probable(patchModel(-0.05));
    const change = async (map: HeatMap) =>
      (await confidenceChange(wary, image(), [{ map, classIndex: 0 }]))[0]!;
    const best = await change(oracle);
    expect(best.increased).toBe(true);
    for (const map of [...methods, ...randoms, inverse])
      expect(best.gain).toBeGreaterThan((await change(map)).gain);
    expect((await change(inverse)).increased).toBe(false);
  });

  test('pointing game', () => {
    expect(pointingGame(oracle, mask)).toBe(1);
    const hits = (maps: readonly HeatMap[]) =>
      maps.filter(map => pointingGame(map, mask) === 1).length;
    expect(hits(methods)).toBeGreaterThan(hits(randoms));
    expect(pointingGame(inverse, mask)).toBe(0);
  });

  test('an empty map scores 0 by ROAD combined', async () => {
    expect(await scores.road(empty)).toBe(0);
  });
});

describe('imputation', () => {
  test('gives every missing pixel the weighted mean of its neighbors, and leaves the others', () => {
    const kept = fc.array(fc.boolean(), { minLength: 20, maxLength: 20 });
    const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(kept, values, (keep, numbers) => {
        fc.pre(keep.some(Boolean));
        const pixels = { values: Float32Array.from(numbers), height: 4, width: 5, colors: 1 };
        const filled = impute(pixels, keep);
        keep.forEach((known, place) => {
          let [total, weights] = [0, 0];
          for (let y = -1; y <= 1; y++) {
            for (let x = -1; x <= 1; x++) {
              const [row, column] = [Math.floor(place / 5) + y, (place % 5) + x];
              if ((y === 0 && x === 0) || row < 0 || row > 3 || column < 0 || column > 4) continue;
              const weight = y === 0 || x === 0 ? 1 / 6 : 1 / 12;
              total += weight * filled[row * 5 + column]!;
              weights += weight;
            }
          }
          expect(filled[place]).toBeCloseTo(known ? numbers[place]! : total / weights, 4);
        });
      }),
      { numRuns: 100 },
    );
  });

  test('keeps an even image even', () => {
    const pixels = { values: new Float32Array(64).fill(3), height: 8, width: 8, colors: 1 };
    const filled = impute(
      pixels,
      Array.from({ length: 64 }, (_, i) => i % 7 === 0),
    );
    filled.forEach(value => {
      expect(value).toBeCloseTo(3, 5);
    });
  });
});

test('deletion and insertion run from one end to the other', async () => {
  const parts = probable(patchModel());
  const explanations = [{ map: oracle, classIndex: 0 }];
  const [down] = await deletion(parts, image(), explanations, { steps: 9, target: logit });
  const [up] = await insertion(parts, image(), explanations, {
    steps: 9,
    target: logit,
    fill: 'zero',
  });
  expect(down!.scores).toHaveLength(10);
  expect(down!.scores[0]).toBeCloseTo(4, 5);
  expect(down!.scores[1]).toBeCloseTo(0, 5); // 16 of 144 pixels are the patch.
  expect(down!.area).toBeCloseTo(4 / 2 / 9, 5);
  expect(up!.area).toBeCloseTo(4 - 4 / 2 / 9, 5);
});

test('the drop of the confidence has the number of its variant', async () => {
  const half = mapOf(place => (place === 0 ? 1 : inside(place) ? 0.5 : 0));
  const explanations = [{ map: half, classIndex: 0 }];
  const [change] = await confidenceChange(probable(patchModel()), image(), explanations, {
    target: logit,
  });
  expect(change!.absoluteDrop).toBeCloseTo(2, 5);
  expect(change!.relativeDrop).toBeCloseTo(0.5, 5);
  expect([change!.gain, change!.increased]).toEqual([0, false]);
});

describe('a mask', () => {
  const point = mapOf(place => Number(place === 3 * size + 5));

  test('is hit within the tolerance', () => {
    expect(pointingGame(oracle, mask)).toBe(1);
    expect([pointingGame(point, mask), pointingGame(point, mask, 2)]).toEqual([0, 1]);
    expect(pointingGame(empty, mask)).toBe(0);
  });

  test('is compared at its own size', () => {
    const small = { values: Float32Array.from([0, 1, 0, 0]), height: 2, width: 2 };
    expect(energyInMask(small, mask)).toBeGreaterThan(energyInMask(randoms[0]!, mask));
  });

  test('that is empty is refused', () => {
    const nothing = { ...mask, values: mask.values.map(() => 0) };
    expect(() => intersectionOverUnion(oracle, nothing)).toThrow(RangeError);
    expect(() => rankAccuracy(oracle, nothing)).toThrow(RangeError);
  });
});

describe('a comparison', () => {
  test('lists baselines beside the methods, and ranks a faithful method above the baselines', async () => {
    const photos = image();
    const parts = probable(patchModel());
    const before = memory().numTensors;
    const rows = await compare(
      parts,
      photos,
      { hiResCam: hiResCam(), gradCam: gradCam() },
      { classIndex: 0, masks: [mask] },
    );
    expect(memory().numTensors).toBe(before);
    expect(rows.map(({ name, baseline }) => [name, baseline])).toEqual([
      ['hiResCam', false],
      ['gradCam', false],
      ['random', true],
      ['center', true],
      ['sobel', true],
      ['empty', true],
    ]);
    const [best, ...others] = rows.map(({ scores }) => scores);
    for (const other of others.slice(1)) {
      for (const metric of ['road', 'insertion', 'energyInMask', 'rankAccuracy'] as const)
        expect(best![metric]).toBeGreaterThan(other[metric]!);
      expect(best!.deletion).toBeLessThan(other.deletion!);
    }
  });

  test('has every metric by name', async () => {
    const metrics = [
      'adcc',
      'arcc',
      'infidelity',
      'sensitivity',
      'sparseness',
      'complexity',
    ] as const;
    const photos = image();
    const rows = await compare(
      probable(patchModel()),
      photos,
      { hiResCam: hiResCam() },
      { classIndex: 0, metrics },
    );
    const [own, random, center] = rows.map(({ scores }) => scores);
    expect(Object.keys(own!)).toEqual([...metrics]);
    expect(own!.arcc).toBeGreaterThan(Math.max(random!.arcc!, center!.arcc!));
    expect(own!.sparseness).toBeGreaterThan(random!.sparseness!);
    expect(own!.complexity).toBeLessThan(random!.complexity!);
    expect(random!.sensitivity).toBe(0);
  });

  test('measures randomization if the model is given, and can leave out the baselines', async () => {
    const model = patchModel();
    const options = { classIndex: 0, metrics: ['randomization'], baselines: [] } as const;
    const rows = await compare(
      prepareModel(model),
      image(),
      { hiResCam: hiResCam() },
      { ...options, model },
    );
    expect(rows.map(({ name }) => name)).toEqual(['hiResCam']);
    expect(rows[0]!.scores.randomization).toBeLessThan(0.9);
    const { scores } = (
      await compare(prepareModel(model), image(), {}, { ...options, baselines: ['center'], model })
    )[0]!;
    expect(scores.randomization).toBeCloseTo(1, 6);
    const without = compare(prepareModel(model), image(), { hiResCam: hiResCam() }, options);
    await expect(without).rejects.toThrow(/needs the model/);
  });

  test('explains another score of the class with each method that names one', async () => {
    const model = patchModel();
    // What is around speaks for class 0 too, but more for class 1.
    const kernel = mask.values.map(value => [value > 0 ? 1 / 4 : 1 / 20, value > 0 ? 0 : 1 / 4]);
    model.setWeights([tensor2d(kernel), tensor1d([0, 0])]);
    const parts = probable(model);
    const options = { classIndex: 0, metrics: ['sparseness', 'adcc'], baselines: [] } as const;
    const target = contrast();
    const at = { parts, method: hiResCam() };
    const methods = { own: hiResCam(), given: { ...at, target } };
    const [own, given] = await compare(parts, image(), methods, options);
    const all = { ...options, metrics: ['sparseness'], target } as const;
    const [expected] = await compare(parts, image(), { given: at }, all);
    expect(given!.scores.sparseness).toBe(expected!.scores.sparseness);
    // Rows are measured by one score, whatever each explains.
    expect([own, given, expected].map(row => row!.watched)).toEqual([
      'probability',
      'probability',
      'class against the nearest other',
    ]);
    expect(given!.scores.sparseness).not.toBe(own!.scores.sparseness);
    expect(given!.scores.adcc).not.toBe(own!.scores.adcc);
  });

  test('computes the requested metrics, and refuses too few masks', async () => {
    const options = { classIndex: 0, metrics: ['averageDrop'] } as const;
    const [row] = await compare(probable(patchModel()), image(), { hiResCam: hiResCam() }, options);
    expect(Object.keys(row!.scores)).toEqual(['averageDrop']);
    const few = compare(probable(patchModel()), image(), { hiResCam: hiResCam() }, { masks: [] });
    await expect(few).rejects.toThrow(RangeError);
  });
});

test('metrics refuse scores for which they make no sense', async () => {
  const parts = prepareModel(patchModel());
  const explanations = await explain(parts, image(), { classIndex: 0 });
  expect(explanations[0]!.target.name).toBe('output');
  await expect(adcc(parts, image(), explanations)).rejects.toThrow(TargetError);
  await expect(arcc(parts, image(), explanations)).rejects.toThrow(
    /'output' is not such a score.*target: probability/,
  );
  const asked = compare(
    parts,
    image(),
    { hiResCam: hiResCam() },
    { metrics: ['averageGain'], baselines: [] },
  );
  await expect(asked).rejects.toThrow(TargetError);
  const [row] = await compare(parts, image(), { hiResCam: hiResCam() }, { baselines: [] });
  expect(Object.keys(row!.scores)).toEqual(['road', 'deletion', 'insertion', 'averageIncrease']);
  expect(row!.senseless.averageDrop).toMatch(/needs a score from 0 to 1/);
});

test('metrics stop on request, and leak no tensor', async () => {
  const parts = probable(patchModel());
  const photos = image();
  const before = memory().numTensors;
  const signal = AbortSignal.abort();
  for (const metric of [road, deletion, insertion, confidenceChange]) {
    const explanations = [{ map: oracle, classIndex: 0 }];
    await expect(metric(parts, photos, explanations, { signal })).rejects.toThrow();
    await expect(metric(parts, photos, [], {})).rejects.toThrow(RangeError);
  }
  expect(memory().numTensors).toBe(before);
});
