import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FeatureSet, recipes, sigmoids } from '@shroom/train';
import { setBackend } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHead } from '../../src/network/classifier-network';
import { jobRecipes } from '../../src/training/recipe';
import { forSigmoids } from '../../src/training/several-classes';
import { certaintyOf, evaluateTest, isMultiLabel } from '../../src/training/test-evaluation';
import { type Trained, trainClassifier } from '../../src/training/training';

const classes = ['right', 'above', 'rare'];
let folder: string;
let trained: Trained;
let test3: FeatureSet;

/** Points in space. A point has class k if its coordinate k is high. The third class is rare. */
function points(count: number, salt: number): FeatureSet {
  const views = 2;
  const values = new Float32Array(count * views * 3);
  const targets = new Float32Array(count * 3);
  for (let photo = 0; photo < count; photo++)
    for (let k = 0; k < 3; k++) {
      const place = Math.sin(salt + 12.9898 * (3 * photo + k)) * 43758.5453;
      const value = 2 * (place - Math.floor(place)) - 1;
      const noise = 0.4 * Math.sin(salt + 78.233 * (3 * photo + k));
      targets[3 * photo + k] = value > (k === 2 ? 0.7 : 0.1) ? 1 : 0;
      for (let view = 0; view < views; view++)
        values[(photo * views + view) * 3 + k] = 2 * (value + (view === 0 ? noise : -noise / 2));
    }
  return { values, labels: new Int32Array(count), targets, views, channels: 3 };
}

beforeAll(async () => {
  await setBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'shroom-sigmoids-'));
  const [train, validation] = [points(120, 1), points(60, 2)];
  test3 = points(60, 3);
  const startOf = () => startHead('linear', 3, 3, 0);
  const schedule = { name: 'constant', learningRate: 0.05 } as const;
  const training = { ...forSigmoids(jobRecipes.fast.training).training, schedule, epochs: 6 };
  const halves = [0, 1].map(half => Array.from({ length: 30 }, (_, index) => 2 * index + half));
  const features = {
    pooled: { train, validation, test: test3 },
    summaries: { train, validation, test: test3 },
    close: async () => {},
  };
  trained = await trainClassifier(features, startOf(), undefined, {
    ...{ classes, extractors: [], training, seed: 1, testViews: 2, halves, out: folder },
    startHead: startOf,
    log: { record: async () => {} },
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the best epoch has the lowest validation loss, and ranks photos by their classes', () => {
  const { history } = trained;
  const losses = history.map(({ validation }) => validation.loss);
  expect(history.findLast(row => row.best)!.epoch).toBe(1 + losses.indexOf(Math.min(...losses)));
  const last = history.at(-1)!.validation;
  expect('meanAveragePrecision' in last && last.meanAveragePrecision).toBeGreaterThan(0.8);
});

test('for each number of views, each threshold equals that of an exhaustive search on validation photos', () => {
  const { targets, plain, averaged } = trained.calibrating;
  const certainty = certaintyOf(trained.calibrating, 3);
  expect(plain).not.toEqual(averaged);
  for (const [logits, found] of [
    [plain, certainty.plain],
    [averaged, certainty.averaged],
  ] as const) {
    if (!('thresholds' in found)) throw new Error('one class');
    const probability = sigmoids(logits, found.temperature);
    for (const k of classes.keys()) {
      const column = (values: ArrayLike<number>) =>
        Array.from({ length: 60 }, (_, photo) => values[3 * photo + k]!);
      const [has, scores] = [column(targets!), column(probability)];
      const f1 = (threshold: number) => {
        const said = scores.map(score => score >= threshold);
        const hits = said.filter((is, photo) => is && has[photo] === 1).length;
        const all = said.filter(Boolean).length + has.filter(Boolean).length;
        return all === 0 ? 0 : (2 * hits) / all;
      };
      // Candidates lie halfway between neighboring probabilities. Of equally good candidates, the highest wins.
      const sorted = [0, ...scores.toSorted((a, b) => a - b)];
      const middles = sorted.slice(1).map((score, index) => (score + sorted[index]!) / 2);
      const best = Math.max(...middles.map(f1));
      const highest = middles.filter(middle => f1(middle) >= best - 1e-12).at(-1)!;
      expect(found.thresholds[k]).toBeCloseTo(highest, 12);
    }
  }
});

test('the mean average precision on test photos equals the one computed by hand', async () => {
  const { assessment, logits } = await evaluateTest(trained, 3, { views: 2 });
  if (!isMultiLabel(assessment)) throw new Error('one class');
  const precisions = classes.map((_, k) => {
    const photos = Array.from({ length: 60 }, (_, photo) => photo);
    const ranked = photos.sort((a, b) => logits[3 * b + k]! - logits[3 * a + k]!);
    let [hits, sum] = [0, 0];
    for (const [rank, photo] of ranked.entries())
      if (test3.targets![3 * photo + k] === 1) sum += ++hits / (rank + 1);
    return sum / hits;
  });
  const mean = precisions.reduce((sum, value) => sum + value, 0) / 3;
  expect(assessment.evaluation.meanAveragePrecision).toBeCloseTo(mean, 12);
});

test('class weights of a recipe are left out with a notice, but class weights that the user asked for stay', () => {
  const { training, notices } = forSigmoids(jobRecipes.reference.training);
  expect(training.followedBy![0]).not.toHaveProperty('classWeights');
  expect(training.followedBy![0]).toHaveProperty('labelSmoothing', 0.1);
  expect(notices).toHaveLength(1);
  const asked = { ...jobRecipes.best.training, classWeights: 'balanced' as const };
  expect(forSigmoids(asked, 'balanced')).toEqual({ training: asked, notices: [] });
  expect(forSigmoids(recipes.finetune).training).toHaveProperty('mixing', {
    kind: 'mixup',
    alpha: 0.2,
  });
});

test('focal loss and balanced sampling, which need exactly one class for each photo, are refused', () => {
  const focal = { ...jobRecipes.fast.training, focus: 2 };
  expect(() => forSigmoids(focal)).toThrow(/focus 2, which needs exactly one class/);
  const drawn = { ...jobRecipes.fast.training, sampling: 'balanced' as const };
  expect(() => forSigmoids({ ...recipes.fast, followedBy: [drawn] })).toThrow(
    /sampling 'balanced'/,
  );
});
