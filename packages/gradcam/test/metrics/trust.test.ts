import '@tensorflow/tfjs-backend-cpu';
import { memory, mul, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { eigenCam, explain, type HeatMap, hiResCam, prepareModel } from '../../src/index';
import {
  centerBaseline,
  complexity,
  emptyBaseline,
  infidelity,
  randomBaseline,
  randomization,
  sensitivity,
  sobelBaseline,
  sparseness,
  trust,
} from '../../src/metrics/index';
import { images, network } from '../formula';
import { image, patchModel } from './patch-model';

const mapOf = (...values: number[]): HeatMap => ({
  values: Float32Array.from(values),
  height: 1,
  width: values.length,
});

describe('how concentrated a map is', () => {
  test('sparseness is 0 if all values are equal, and close to 1 if one position has everything', () => {
    expect(sparseness(mapOf(3, 3, 3, 3))).toBe(0);
    expect(sparseness(mapOf(0, 0, 7, 0))).toBe(0.75); // (n - 1) / n
    expect(sparseness(mapOf(1, 3))).toBe(0.25); // |1 - 3| / (2 * 4)
    expect(sparseness(mapOf(0, 0))).toBe(0);
  });

  test('complexity is the entropy of the shares', () => {
    expect(complexity(mapOf(5, 5, 5, 5))).toBeCloseTo(Math.log(4), 6);
    expect(complexity(mapOf(0, 0, 7, 0))).toBe(0);
    expect(complexity(mapOf(1, 3))).toBeCloseTo(
      -(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75)),
      6,
    );
  });
});

describe('robustness', () => {
  test('a linear model’s own weights foretell every change of its logit', async () => {
    const parts = prepareModel(patchModel(), { link: 'softmax' });
    const found = await explain(parts, image(), { classIndex: 0, method: hiResCam() });
    // After the patch all weights are equal: the map of the bright patch is the weights.
    const [own] = await infidelity(parts, image(), found, {});
    expect(own).toBeLessThan(0.3);
    const blob = await explain(parts, image(), { classIndex: 0, method: centerBaseline() });
    const [other] = await infidelity(parts, image(), blob);
    expect(other).toBeGreaterThan(own!);
  });

  test('a map that ignores the image does not change with the image', async () => {
    const parts = prepareModel(network('flat'), { tap: 'conv2' });
    const photos = images();
    const before = memory().numTensors;
    expect(await sensitivity(parts, photos, { method: centerBaseline() })).toEqual([0, 0]);
    const small = await sensitivity(parts, photos, { radius: 0.01 });
    const large = await sensitivity(parts, photos, { radius: 0.2 });
    expect(memory().numTensors).toBe(before);
    small.forEach((value, i) => {
      expect(value).toBeGreaterThan(0);
      expect(large[i]).toBeGreaterThan(value);
    });
    expect(await sensitivity(parts, photos, { radius: 0.01 })).toEqual(small);
  });
});

describe('a model whose weights are randomized', () => {
  test('gets its own weights back, and has another map in the meantime', async () => {
    const model = network('flat');
    const weights = () => model.getWeights().map(weight => [...weight.dataSync()]);
    const own = weights();
    const parts = prepareModel(model, { tap: 'conv2' });
    const photos = images();
    const before = memory();
    const stages = await randomization(model, parts, photos, { stages: 3 });
    expect(memory().numTensors).toBe(before.numTensors);
    expect(memory().numBytes).toBe(before.numBytes);
    expect(weights()).toEqual(own);
    expect(stages.map(({ layer }) => layer)).toEqual(['linear', 'conv2', 'conv1']);
    for (const { similarity } of stages)
      for (const value of similarity) expect(Math.abs(value)).toBeLessThan(0.9);
  });

  test('keeps a map of features alone while the features are still trained', async () => {
    const model = network('flat');
    const parts = prepareModel(model, { tap: 'conv2' });
    const [top] = await randomization(model, parts, images(), { method: eigenCam() });
    expect(top!.layer).toBe('linear');
    expect(top!.similarity[0]).toBeCloseTo(1, 6);
  });

  test('gets its weights back when the run is stopped halfway', async () => {
    const model = network('flat');
    const before = (model.predict(images()) as Tensor).dataSync();
    const stop = new AbortController();
    const method = {
      needsGradient: false,
      map: async () => {
        if (calls++ > 0) stop.abort();
        return emptyBaseline().map({ features: { shape: [2, 5, 4, 8] } } as never);
      },
    };
    let calls = 0;
    const parts = prepareModel(model, { tap: 'conv2' });
    const running = randomization(model, parts, images(), { method, signal: stop.signal });
    await expect(running).rejects.toThrow();
    expect((model.predict(images()) as Tensor).dataSync()).toEqual(before);
  });
});

describe('a verdict', () => {
  const verdict = async (method: Parameters<typeof trust>[2]) => {
    const model = patchModel();
    const [found] = await trust(prepareModel(model, { link: 'softmax' }), image(), {
      classIndex: 0,
      model,
      ...method,
    });
    return found!;
  };

  test('trusts a map that shows what the model looks at', async () => {
    const { trusted, reasons, measured } = await verdict({ method: hiResCam() });
    expect(reasons).toEqual([
      expect.stringMatching(/^Better than a blob in the center: ROAD 0\.\d+ against/),
      expect.stringMatching(/^Better than random maps/),
      expect.stringMatching(/^Stable: /),
      expect.stringMatching(/^Depends on what the network has learned/),
    ]);
    expect(trusted).toBe(true);
    expect(measured.road.own).toBeGreaterThan(measured.road.center);
  });

  test('calls a map stable if the change that it names is within the limit', async () => {
    const { measured } = await verdict({ method: hiResCam() });
    const moved = measured.sensitivity;
    const whole = Math.floor(100 * moved) / 100;
    for (const stable of [moved - 1e-4, moved + 1e-4, whole, whole + 0.01]) {
      const { reasons } = await verdict({ method: hiResCam(), stable });
      const [, word, figure] = /^(Stable|Not stable): .* (\d+) %\.$/.exec(reasons[2]!)!;
      expect([word, Number(figure)]).toEqual([
        Number(figure) <= 100 * stable + 1e-6 ? 'Stable' : 'Not stable',
        Math.ceil(100 * moved),
      ]);
    }
  });

  test.each([
    ['a blob', centerBaseline(), /^Not better than a blob in the center/],
    ['random places', randomBaseline(9), /^Not better than/],
    ['edges', sobelBaseline(), /^Hardly depends on what the network has learned/],
  ])('does not trust %s, and says why', async (_, method, reason) => {
    const { trusted, reasons } = await verdict({ method });
    expect(trusted).toBe(false);
    expect(reasons.some(each => reason.test(each))).toBe(true);
  });

  test('calls no map better for a difference that is rounding', async () => {
    const parts = prepareModel(patchModel(), { link: 'softmax' });
    const { predict: _, pooledTail, tail, ...rest } = parts;
    const faint = {
      ...rest,
      tail: (...given: Parameters<typeof tail>) => mul(tail(...given), 1e-5) as Tensor2D,
      pooledTail: (...given: Parameters<typeof pooledTail>) =>
        mul(pooledTail(...given), 1e-5) as Tensor2D,
    };
    const [found] = await trust(faint, image(), { classIndex: 0, method: hiResCam() });
    const { road } = found!.measured;
    expect(road.own).toBeGreaterThan(road.center);
    expect(road.own - road.center).toBeLessThan(1e-4);
    expect(found!.trusted).toBe(false);
    expect(found!.reasons[0]).toMatch(/^Not better than a blob in the center/);
  });

  test('of a map that says nothing says just that', async () => {
    const { trusted, reasons } = await verdict({ method: emptyBaseline() });
    expect([trusted, reasons]).toEqual([false, ['The map says nothing: its values are zero.']]);
  });
});
