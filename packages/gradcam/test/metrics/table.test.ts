import '@tensorflow/tfjs-backend-cpu';
import { readdir } from 'node:fs/promises';
import { concat, memory, mul, slice, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { hiResCam, logit, type Method, prepareModel } from '../../src/index';
import {
  type ComparisonOptions,
  compare,
  type Metric,
  type MetricInput,
  type MetricName,
  metrics,
  TargetError,
} from '../../src/metrics/index';
import { metricCases } from './metric-cases';
import { image, mask, patchModel } from './patch-model';

const names = Object.keys(metrics) as MetricName[];

/** Two images: one bright, one dim. */
const photos = (): Tensor4D => tidy(() => concat([image(), mul(image(), 0.6)]) as Tensor4D);

test('every metric of the table has a case', () => {
  expect(Object.keys(metricCases).sort()).toEqual([...names].sort());
});

test('the table lists every metric of src/metrics', async () => {
  const folder = new URL('../../src/metrics/', import.meta.url);
  const listed: readonly unknown[] = Object.values(metrics);
  const unlisted: string[] = [];
  for (const file of await readdir(folder)) {
    const module = (await import(new URL(file, folder).href)) as Record<string, object>;
    for (const [name, value] of Object.entries(module))
      if (Object.hasOwn(value, 'measure') && !listed.includes(value)) unlisted.push(name);
  }
  expect(unlisted).toEqual([]);
});

describe.each(names)('%s', name => {
  const { high, low, surroundings, asksModel, drawsForBatch = false } = metricCases[name];
  const metric: Metric = metrics[name];
  const model = patchModel(surroundings);
  const parts = prepareModel(model, { link: 'softmax' });
  const given: ComparisonOptions = { classIndex: 0, baselines: [], model, samples: 3, steps: 6 };

  /** Numbers of each image, by the metric or what is made of it. */
  async function measured(
    images: Tensor4D,
    method: Method,
    measure: Metric['measure'] = metric.measure,
    more: ComparisonOptions = {},
  ): Promise<readonly number[]> {
    let values: readonly number[] = [];
    const noted: Metric = {
      ...metric,
      measure: async input => {
        values = await measure(input);
        return values;
      },
    };
    const masks = new Array(images.shape[0]).fill(mask);
    const options = { ...given, masks, metrics: { [name]: noted }, ...more };
    const [row] = await compare(parts, images, { method }, options);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(row!.scores[name]).toBe(mean);
    return values;
  }

  test('is higher for the better map', async () => {
    const images = image();
    const [[most], [least]] = [await measured(images, high), await measured(images, low)];
    expect(most).toBeGreaterThan(least!);
  });

  test('gives each image the same number in a batch, alone, and when repeated', async () => {
    const images = photos();
    const both = await measured(images, hiResCam());
    expect(both).toHaveLength(2);
    expect(await measured(images, hiResCam())).toEqual(both);
    for (let index = 0; index < (drawsForBatch ? 1 : 2); index++) {
      const [alone] = await measured(slice(images, [index], [1]) as Tensor4D, hiResCam());
      expect(both[index]).toBeCloseTo(alone!, 5);
    }
    for (const value of both) expect(value).toSatisfy(Number.isFinite);
  });

  test('gives the same result when chosen by name', async () => {
    const images = photos();
    const values = await measured(images, hiResCam());
    const options = { ...given, masks: [mask, mask], metrics: [name] };
    const [row] = await compare(parts, images, { method: hiResCam() }, options);
    expect(row!.scores[name]).toBe((values[0]! + values[1]!) / 2);
  });

  test('makes maps again only if it declares so', async () => {
    let calls = 0;
    const { needsGradient, map } = hiResCam();
    const counted: Method = {
      needsGradient,
      map: evidence => {
        calls++;
        return map(evidence);
      },
    };
    await measured(image(), counted);
    expect(calls > 1).toBe(metric.remakes ?? false);
  });

  test('stops on request, and leaks no tensor', async () => {
    const images = photos();
    const reason = new Error('no longer wanted');
    const stop = new AbortController();
    const stopping = async (input: MetricInput) => {
      stop.abort(reason);
      return metric.measure(input);
    };
    await measured(images, high);
    const before = memory().numTensors;
    const asked = measured(images, high, stopping, { signal: stop.signal });
    if (asksModel) await expect(asked).rejects.toBe(reason);
    else expect(await asked).toHaveLength(2);
    expect(memory().numTensors).toBe(before);
  });

  test('names what it needs if that is missing', async () => {
    const without = { classIndex: 0, baselines: [], metrics: [name] };
    const asked = (more: ComparisonOptions) =>
      compare(parts, image(), { method: hiResCam() }, { ...without, ...more });
    const all = { masks: [mask], model, samples: 3, steps: 6 };
    const lacking = {
      masks: { ...without, model },
      model: { ...without, masks: [mask] },
      probability: { ...all, target: logit },
    };
    if (metric.needs === undefined) {
      expect((await asked({ samples: 3, steps: 6 }))[0]!.scores[name]).toBeTypeOf('number');
      return;
    }
    const error = metric.needs === 'probability' ? TargetError : TypeError;
    await expect(asked(lacking[metric.needs])).rejects.toThrow(error);
    await expect(asked(lacking[metric.needs])).rejects.toThrow(`'${name}'`);
    expect((await asked(all))[0]!.scores[name]).toBeTypeOf('number');
  });
});

describe('a metric of your own', () => {
  const parts = prepareModel(patchModel(), { link: 'softmax' });
  const peak: Metric = {
    better: 'neither',
    measure: ({ explanations }) => explanations.map(({ signed }) => Math.max(...signed.values)),
  };
  const compared = (asked: ComparisonOptions['metrics'], more: ComparisonOptions = {}) =>
    compare(
      parts,
      photos(),
      { hiResCam: hiResCam() },
      {
        classIndex: 0,
        baselines: ['empty'],
        ...(asked && { metrics: asked }),
        ...more,
      },
    );

  test('can be measured beside metrics of the table, and no others are', async () => {
    const { road, energyInMask } = metrics;
    const masks = [mask, mask];
    const [own, empty] = await compared({ road, peak, energyInMask }, { masks });
    expect(Object.keys(own!.scores)).toEqual(['road', 'peak', 'energyInMask']);
    const [named] = await compared(['road'], { masks });
    expect(own!.scores.road).toBe(named!.scores.road);
    // The map is the weight, a quarter, times the pixel: 1, and 0.6.
    expect(own!.scores.peak).toBeCloseTo(0.25 * 0.8, 6);
    expect(empty!.scores.peak).toBe(0);
  });

  test('shares expensive results with related metrics', async () => {
    let calls = 0;
    const slow = async () => {
      calls++;
      return 3;
    };
    const counts: Metric = {
      better: 'neither',
      measure: async ({ once, explanations }) => {
        const shared = await once(slow);
        return explanations.map(() => shared);
      },
    };
    const [row] = await compared({ first: counts, second: counts }, { baselines: [] });
    expect(row!.scores).toEqual({ first: 3, second: 3 });
    expect(calls).toBe(1);
  });

  test.each([
    ['an unknown name', ['rod'], RangeError, /metrics should be one of 'road'.*it is "rod"/],
    ['nothing', { peak: undefined }, TypeError, /The metric 'peak' should be \{ better/],
    ['a function', { peak: () => [1] }, TypeError, /measure: a function/],
    ['a side that there is not', { peak: { ...peak, better: 'more' } }, TypeError, /'neither'/],
    [
      'a number too few',
      { peak: { ...peak, measure: () => [1] } },
      TypeError,
      /'peak' should give a number for each of 2 images; it gave 1/,
    ],
  ])('that is %s is refused', async (_, asked, error, message) => {
    await expect(compared(asked as never)).rejects.toThrow(error);
    await expect(compared(asked as never)).rejects.toThrow(message);
  });
});
