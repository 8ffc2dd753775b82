import '@tensorflow/tfjs-backend-cpu';
import { readdir } from 'node:fs/promises';
import {
  matMul,
  memory,
  type Tensor2D,
  tidy,
  type Variable,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type EpochReport,
  type FeatureSet,
  type FitOptions,
  fit,
  type Recipe,
  recipes,
  type Trainable,
  type TrainingState,
} from '../../src/index';

function linear(): Trainable & { kernel: Variable } {
  const kernel = tidy(() => variable(zeros([2, 2])));
  return {
    kernel,
    apply: features => matMul(features, kernel as Tensor2D),
    trainableWeights: [{ originalName: 'linear/kernel', read: () => kernel }],
  };
}

/** Two clouds of points that a line separates, one class rarer than the other. */
function clouds(count: number): FeatureSet {
  const labels = Int32Array.from({ length: count }, (_, index) => (index % 3 === 0 ? 1 : 0));
  const values = Float32Array.from({ length: count * 2 }, (_, index) => {
    const sign = labels[Math.floor(index / 2)] === 0 ? 1 : -1;
    return sign + 0.7 * Math.sin(index);
  });
  return { values, labels, views: 1, channels: 2 };
}

const data = { train: clouds(80), validation: clouds(23), classes: 2 };

/** Trains; what comes back holds no tensors. */
async function train(options: FitOptions) {
  const model = linear();
  const reports: EpochReport[] = [];
  const states: TrainingState[] = [];
  for await (const report of fit(model, data, options)) {
    reports.push(report);
    states.push(await report.snapshot());
  }
  const weights = Array.from(await model.kernel.data());
  model.kernel.dispose();
  return { reports, states, weights };
}

/** What the same suite is run over: every recipe of the table, and one as a user writes it. */
const tried: Readonly<Record<string, Recipe>> = {
  ...recipes,
  'a recipe of your own': {
    epochs: 4,
    batchSize: 16,
    optimizer: { name: 'sgd', momentum: 0.9 },
    schedule: { name: 'constant', learningRate: 0.01 },
    followedBy: [{ epochs: 2, start: 'last' }],
  },
};

describe.each(Object.entries(tried))('%s', (_, recipe) => {
  let whole: Awaited<ReturnType<typeof train>>;
  const short = { ...recipe, epochs: 3, followedBy: [] };

  beforeAll(async () => {
    whole = await train(recipe);
  });

  test('is plain data', () => {
    expect(JSON.parse(JSON.stringify(recipe))).toEqual(recipe);
  });

  test('learns, in no more epochs than it says, and ends with the last report', () => {
    const { reports } = whole;
    const phases = [recipe, ...(recipe.followedBy ?? [])];
    const most = phases.reduce((sum, { epochs }) => sum + epochs, 0);
    expect(reports.length).toBeLessThanOrEqual(most);
    expect(reports.map(({ last }) => last)).toEqual(
      reports.map((_, i) => i === reports.length - 1),
    );
    // A model of zeros is as likely to be wrong as right.
    const best = reports.reduce(
      (least, { validation }) => Math.min(least, validation.loss),
      Infinity,
    );
    expect(best).toBeLessThan(Math.log(2));
    expect(reports.at(-1)!.trainLoss).toBeLessThan(reports[0]!.trainLoss);
  });

  test('gives the same weights for the same seed, and others for another', async () => {
    const { weights } = await train({ ...short, seed: 3 });
    expect((await train({ ...short, seed: 3 })).weights).toEqual(weights);
    expect((await train({ ...short, seed: 4 })).weights).not.toEqual(weights);
  });

  test('goes on from an epoch as if it had not stopped', async () => {
    const { states, weights } = whole;
    const middle = states[Math.floor(states.length / 2)]!;
    expect((await train({ ...recipe, from: middle })).weights).toEqual(weights);
  });

  test('leaves no tensor behind', async () => {
    const before = memory().numTensors;
    await train(short);
    expect(memory().numTensors).toBe(before);
  });
});

test('the table lists every recipe of src/recipes', async () => {
  const folder = new URL('../../src/recipes/', import.meta.url);
  const listed: readonly unknown[] = [...Object.values(recipes), recipes];
  const unlisted: string[] = [];
  for (const file of await readdir(folder)) {
    const module = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(module))
      if (!listed.includes(value)) unlisted.push(`${file}: ${name}`);
  }
  expect(unlisted).toEqual([]);
});

test('the reference balances and smooths in its second phase', () => {
  const [second] = recipes.reference.followedBy;
  expect(second).toMatchObject({ epochs: 20, classWeights: 'balanced', labelSmoothing: 0.1 });
});
