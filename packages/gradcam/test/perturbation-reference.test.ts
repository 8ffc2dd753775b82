import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import {
  explain,
  gradCamPlusPlus,
  hiResCam,
  integratedGradients,
  occlusion,
  prepareModel,
  reciproCam,
  rise,
  saliency,
  smoothed,
  smoothGradCamPlusPlus,
} from '../src/index';
import { formula, images, network } from './formula';

// Noise that PyTorch was given too: the seeds of the copies are 1, 2 and so on.
vi.mock('@tensorflow/tfjs-core', async original => {
  const core = await original<typeof import('@tensorflow/tfjs-core')>();
  const randomNormal = (shape: number[], _: number, deviation: number, __: string, seed: number) =>
    core.mul(formula(shape, 99 + seed, 4), deviation);
  return { ...core, randomNormal };
});

interface Figures {
  readonly classes: number[];
  readonly options: {
    readonly steps: number;
    readonly samples: number;
    readonly places: number;
    readonly masks: number;
    readonly cells: number;
    readonly keep: number;
  };
  readonly networks: Record<string, Record<string, number[]>>;
}
/** Figures of plain PyTorch; tools/reference/perturbations.py writes them. */
const figures: Figures = JSON.parse(
  readFileSync(new URL('./reference/perturbations.json', import.meta.url), 'utf8'),
);
const { steps, samples, places, masks, cells, keep } = figures.options;
const methods = {
  occlusion: { at: 'images', method: occlusion({ places }) },
  rise: { at: 'images', method: rise({ masks, cells, keep }) },
  saliency: { at: 'images', method: saliency() },
  inputTimesGradient: { at: 'images', method: hiResCam() },
  integratedGradients: { at: 'images', method: integratedGradients({ steps }) },
  integratedFeatures: { at: 'conv2', method: integratedGradients({ steps }) },
  smoothGrad: { at: 'images', method: smoothed(saliency(), { samples, noise: 0.1 }) },
  smoothedGradCamPlusPlus: {
    at: 'conv2',
    method: smoothed(gradCamPlusPlus(), { samples, noise: 0.1 }),
  },
  smoothGradCamPlusPlus: { at: 'conv2', method: smoothGradCamPlusPlus({ samples, noise: 0.1 }) },
  reciproCam: { at: 'conv2', method: reciproCam() },
} as const;

test.each(
  Object.keys(figures.networks).flatMap(kind =>
    Object.entries(methods).map(([name, { at, method }]) => ({ kind, name, at, method })),
  ),
)('$name is PyTorch’s, with features that are $kind', async ({ kind, name, at, method }) => {
  const model = network(kind);
  const parts = prepareModel(model, { tap: at === 'images' ? model.inputNames[0]! : at });
  const options = { method, classIndex: figures.classes, batch: 7 };
  const found = await explain(parts, images(), options);
  const values = found.flatMap(({ signed }) => [...signed.values]);
  const expected = figures.networks[kind]![name]!;
  expect(values.length).toBe(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  let worst = 0;
  values.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(value - expected[i]!) / scale);
  });
  expect(worst).toBeLessThan(1e-4);
  expect(expected.some(value => Math.abs(value) > 0.01)).toBe(true);
});
