import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import { memory } from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import {
  type Baseline,
  explain,
  gradientShap,
  integratedGradients,
  type Method,
  occlusion,
  prepareModel,
  smoothed,
} from '../src/index';
import { formula, images, network } from './formula';

// Noise that captum was given too: the seeds of the copies are 1, 2 and so on.
vi.mock('@tensorflow/tfjs-core', async original => {
  const core = await original<typeof import('@tensorflow/tfjs-core')>();
  const randomNormal = (shape: number[], _: number, deviation: number, __: string, seed: number) =>
    core.mul(formula(shape, 99 + seed, 4), deviation);
  return { ...core, randomNormal };
});

interface Figures {
  readonly classes: number[];
  readonly options: { readonly steps: number; readonly samples: number };
  readonly networks: Record<
    string,
    { readonly maps: Record<string, number[]>; readonly deltas: Record<string, number[]> }
  >;
}
/** Maps of captum; tools/reference/captum_maps.py writes them. */
const figures: Figures = JSON.parse(
  readFileSync(new URL('./reference/captum.json', import.meta.url), 'utf8'),
);
const { steps, samples } = figures.options;
const kinds = Object.keys(figures.networks);

const own = formula([1, 10, 8, 3], 50, 4);
const color = { color: [0.5, -0.25, 1] };
const inner = integratedGradients({ steps });
const noisy = { samples, noise: 0.1 };
const methods: Readonly<Record<string, Method>> = {
  color: integratedGradients({ steps, baseline: color }),
  mean: integratedGradients({ steps, baseline: 'mean' }),
  own: integratedGradients({ steps, baseline: own }),
  several: integratedGradients({ steps, baseline: [color, own] }),
  squared: smoothed(inner, { ...noisy, form: 'squared' }),
  variance: smoothed(inner, { ...noisy, form: 'variance' }),
  gradientShap: gradientShap({ ...noisy, baseline: [own, color] }),
  windows: occlusion({ window: [4, 3], stride: 2, fill: 0.5 }),
  ragged: occlusion({ window: 3, fill: 0.5 }),
};

const partsOf = (kind: string) => {
  const model = network(kind);
  return prepareModel(model, { tap: model.inputNames[0]! });
};

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  const worst = Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)));
  expect(worst / scale).toBeLessThan(1e-4);
}

test.each(kinds.flatMap(kind => Object.keys(methods).map(name => ({ kind, name }))))(
  "$name is captum's, with features that are $kind",
  async ({ kind, name }) => {
    const [parts, photos] = [partsOf(kind), images()];
    const before = memory().numTensors;
    const how = { method: methods[name]!, classIndex: figures.classes, batch: 7 };
    const found = await explain(parts, photos, how);
    expect(memory().numTensors).toBe(before);
    expectClose(
      found.flatMap(({ signed }) => [...signed.values]),
      figures.networks[kind]!.maps[name]!,
    );
  },
);

test.each(kinds.flatMap(kind => (['color', 'mean', 'own'] as const).map(name => ({ kind, name }))))(
  "the convergence delta from $name is captum's, with features that are $kind",
  async ({ kind, name }) => {
    const baseline: Baseline = { color, mean: 'mean' as const, own }[name];
    let deltas = new Float32Array();
    const onConvergenceDelta = (found: Float32Array) => {
      deltas = Float32Array.from(found);
    };
    const method = integratedGradients({ steps, baseline, onConvergenceDelta });
    await explain(partsOf(kind), images(), { method, classIndex: figures.classes });
    const expected = figures.networks[kind]!.deltas[name]!;
    deltas.forEach((delta, image) => {
      expect(delta).toBeCloseTo(expected[image]!, 4);
    });
    expect(deltas).toHaveLength(2);
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(1e-3);
  },
);

test('from a blurred image, and at a layer, the sum of the map is the increase of the score', async () => {
  const model = network('flat');
  for (const tap of [model.inputNames[0]!, 'conv2']) {
    const deltas: number[] = [];
    const scales: number[] = [];
    const method = integratedGradients({
      steps: 100,
      baseline: 'blur',
      onConvergenceDelta: found => deltas.push(...found),
    });
    for (const { signed } of await explain(prepareModel(model, { tap }), images(), { method }))
      scales.push(signed.values.reduce((sum, value) => sum + Math.abs(value), 0));
    expect(Math.max(...scales)).toBeGreaterThan(0.1);
    deltas.forEach((delta, image) => {
      expect(Math.abs(delta)).toBeLessThan(0.02 * scales[image]!);
    });
  }
});

test('baselines, windows and forms that do not fit are refused', async () => {
  expect(() => integratedGradients({ baseline: 'black' as 'zero' })).toThrow(/'mean'/);
  expect(() => integratedGradients({ baseline: [] })).toThrow(/number of baselines/);
  expect(() => smoothed(inner, { form: 'median' as 'mean' })).toThrow(/'variance'/);
  expect(() => occlusion({ stride: 2 })).toThrow(/window/);
  const refused = (method: Method) =>
    expect(explain(partsOf('flat'), images(), { method })).rejects;
  await refused(integratedGradients({ baseline: { color: [0] } })).toThrow(/3 numbers.*\[0\]/);
  await refused(integratedGradients({ baseline: formula([3, 10, 8, 3], 1) })).toThrow(/1 or 2/);
  await refused(occlusion({ window: 3, stride: 4 })).toThrow(/window 3, stride 4/);
  await refused(occlusion({ window: 9 })).toThrow(/window 9.*image 8/);
});
