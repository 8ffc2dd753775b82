import '@shroom/backend-ort';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  finetune,
  type MultiLabelPrediction,
  openClassifier,
  type Run,
  resume,
  type TrainEvent,
  train,
} from '@shroom/classifier';
import { randomStream } from '@shroom/data';
import { PhotoSetError } from '@shroom/data/node';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generatedWeights } from './small-job';

const size = 48;

const names = ['apple', 'lemon', 'plum'] as const;
const colors = ['#d4281f', '#f4e02a', '#4a2fa8'] as const;
/** What is in a photo: one thing or two. */
const kinds = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1], [1]] as const;
let folder: string;
let table: string;
let run: Run;
const events: TrainEvent[] = [];
let options: Parameters<typeof train>[1];

beforeAll(async () => {
  await setBackend('ort');
  folder = await mkdtemp(join(tmpdir(), 'shroom-several-'));
  process.env.SHROOM_CACHE = join(folder, 'cache');
  await mkdir(join(folder, 'photos'));
  const rows = await Promise.all(Array.from({ length: 56 }, (_, index) => photo(index)));
  table = join(folder, 'fruit.csv');
  await writeFile(table, ['file,label,light', ...rows].join('\n'));
  const backbone = await generatedWeights(folder, 'resnet18');
  options = {
    ...{ backbone, architecture: 'resnet18', size, recipe: 'fast', views: 1, testViews: 2 },
    ...{ epochs: 20, kind: 'drawings', columns: { labelSeparator: '|' }, out: join(folder, 'run') },
  };
  run = await train(table, { ...options, onEvent: event => void events.push(event) });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A photo of 64 x 32 pixels with a round thing in each half, and its row of the table. */
async function photo(index: number): Promise<string> {
  const things = kinds[index % kinds.length]!;
  const random = randomStream('things', index);
  const drawn = things.map((label, place) => {
    const [x, y, r] = [
      16 + 32 * place + random.below(7),
      12 + random.below(9),
      8 + random.below(5),
    ];
    return `<circle cx="${x}" cy="${y}" r="${r}" fill="${colors[label]}"/>`;
  });
  const ground = 80 + random.below(60);
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="32">
    <rect width="64" height="32" fill="rgb(${ground},${ground},${ground})"/>${drawn.join('')}</svg>`;
  const file = `photos/${index}.png`;
  await sharp(Buffer.from(picture)).png().toFile(join(folder, file));
  return `${file},${things.map(label => names[label]).join('|')},${index % 3 ? 'sun' : 'shade'}`;
}

const read = (name: string) => readFile(join(run.folder, name), 'utf8');
/** The cells of predictions.csv, without its header. */
const predictions = async () =>
  (await read('predictions.csv'))
    .trim()
    .split('\n')
    .slice(1)
    .map(row => row.split(','));

/** Of each photo with the class the precision at its score, those with equal scores together. */
function averagePrecision(scores: readonly number[], has: readonly boolean[]): number {
  const own = scores.filter((_, index) => has[index]);
  const precisions = own.map(score => {
    const above = has.filter((_, index) => scores[index]! >= score);
    return above.filter(Boolean).length / above.length;
  });
  return precisions.reduce((sum, value) => sum + value, 0) / own.length;
}

test('a table with a separator is trained with sigmoids, and that and what it means is said', async () => {
  expect(events).toContainEqual({
    kind: 'task',
    task: 'multi-label',
    reason: '28 photos have several classes',
  });
  expect(events).toContainEqual({
    kind: 'notice',
    text: expect.stringMatching(/class weights are left out/),
  });
  expect(run.test.task).toBe('multi-label');
  expect(run.classes).toEqual([...names]);
  const [first, last] = [run.history[0]!, run.history.at(-1)!];
  expect(last.trainLoss).toBeLessThan(0.9 * first.trainLoss);
});

test('the mean average precision and F1 are those of the predictions that are in the folder', async () => {
  const rows = await predictions();
  const has = (row: readonly string[], k: number) => row[2]!.split('|').includes(names[k]!);
  const said = (row: readonly string[], k: number) => row[3]!.split('|').includes(names[k]!);
  const precisions = names.map((_, k) =>
    averagePrecision(
      rows.map(row => Number(row[7 + k])),
      rows.map(row => has(row, k)),
    ),
  );
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  if (run.test.task !== 'multi-label') throw new Error('one class');
  expect(run.test.meanAveragePrecision.value).toBeCloseTo(mean(precisions), 6);
  const counts = names.map((_, k) => {
    const count = (truth: boolean, claim: boolean) =>
      rows.filter(row => has(row, k) === truth && said(row, k) === claim).length;
    return [
      count(true, true),
      count(false, true),
      count(true, false),
      count(false, false),
    ] as const;
  });
  const f1 = ([hits, extra, missed]: readonly [number, number, number, number]) =>
    hits === 0 ? 0 : (2 * hits) / (2 * hits + extra + missed);
  expect(run.test.macroF1.value).toBeCloseTo(mean(counts.map(f1)), 9);
  const sum = (place: 0 | 1 | 2) => counts.reduce((total, each) => total + each[place], 0);
  expect(run.test.microF1.value).toBeCloseTo(f1([sum(0), sum(1), sum(2), 0]), 9);
  const exact = rows.filter(row => row[2] === row[3]).length / rows.length;
  expect(run.test.accuracy.value).toBeCloseTo(exact, 9);
  const confusion = [
    'class,true_positive,false_positive,false_negative,true_negative',
    ...counts.map((each, k) => [names[k], ...each].join(',')),
  ];
  expect(await read('confusion.csv')).toBe(`${confusion.join('\n')}\n`);
  const metrics = JSON.parse(await read('metrics.json'));
  expect(metrics.test.task).toBe('multi-label');
  expect(metrics.test.meanAveragePrecision).toBe(run.test.meanAveragePrecision.value);
  expect(metrics.test.counts.lemon).toEqual({
    ...{ truePositive: counts[1]![0], falsePositive: counts[1]![1] },
    ...{ falseNegative: counts[1]![2], trueNegative: counts[1]![3] },
  });
  expect(metrics.test.slices[0].column).toBe('light');
});

test('the folder has what a run of one class has, and the report no confusion of two classes', async () => {
  const files = await readdir(run.folder);
  for (const name of ['README.md', 'report.html', 'history.csv', 'config.json', 'cams'])
    expect(files).toContain(name);
  const report = await read('report.html');
  expect(report).not.toContain('Confusion matrix');
  expect(report).toContain('mean average precision');
  expect(await read('README.md')).toMatch(/Mean average precision .*\| lemon \| [\d.]+ % \|/s);
  expect(await read('history.csv')).toMatch(/^epoch,.*,validation_mean_average_precision\n1,/);
  const { task, certainty, trainedOn } = JSON.parse(await read('classifier.json'));
  expect(task).toBe('multi-label');
  expect(certainty.map(({ views }: { views: number }) => views)).toEqual([1, 2]);
  for (const { thresholds } of certainty) expect(thresholds).toHaveLength(3);
  // Of each class 65 % train.
  for (const [k, count] of [28, 35, 21].entries())
    expect(Math.abs(trainedOn.perClass[k] - 0.65 * count)).toBeLessThanOrEqual(2);
});

test('the opened classifier answers what the test has said, and each label has its threshold', async () => {
  const before = memory().numTensors;
  const classifier = await openClassifier(run.folder);
  const rows = await predictions();
  const answers = await classifier.predict(rows.map(([id]) => join(folder, id!)));
  const thresholds = classifier.file.certainty.find(({ views }) => views === 2)!.thresholds!;
  for (const [index, [, , prediction, , sure, , known, ...shares]] of rows
    .map(([id, part, truth, ...rest]) => [id, part, ...rest.slice(0, 1), truth, ...rest.slice(1)])
    .entries()) {
    const answer = answers[index] as MultiLabelPrediction;
    expect(answer.task).toBe('multi-label');
    const present = answer.labels.filter(label => label.present).map(label => label.class);
    expect(present.sort().join('|')).toBe(prediction);
    expect(String(answer.known)).toBe(known);
    if (answer.known) expect(String(answer.sure)).toBe(sure);
    for (const [k, name] of names.entries()) {
      expect(answer.probabilities[name]).toBeCloseTo(Number(shares[k]), 3);
      const label = answer.labels.find(each => each.class === name)!;
      expect(label).toMatchObject({
        threshold: thresholds[k],
        probability: answer.probabilities[name],
      });
      expect(label.present).toBe(label.probability >= label.threshold);
    }
    expect(answer.class).toBe(answer.labels[0]!.class);
  }
  const evaluated = await classifier.evaluate();
  if (evaluated.task !== 'multi-label' || run.test.task !== 'multi-label') throw new Error('task');
  expect(evaluated.assessment.answers).toEqual(run.test.assessment.answers);
  expect(evaluated.meanAveragePrecision.value).toBeCloseTo(run.test.meanAveragePrecision.value, 6);
  expect(evaluated.seen).toBe(0);
  await classifier.dispose();
  expect(memory().numTensors).toBe(before);
});

test('other photos count by the classes that the classifier has', async () => {
  const classifier = await openClassifier(run.folder);
  const others = join(folder, 'others.csv');
  const rows = [
    ['photos/0.png', 'apple|pear'],
    ['photos/3.png', 'apple|lemon'],
    ['photos/4.png', 'pear'],
  ];
  await writeFile(others, ['file,label', ...rows.map(row => row.join(','))].join('\n'));
  const columns = { labelSeparator: '|' };
  const evaluated = await classifier.evaluate(others, { columns, resamples: 10 });
  expect(evaluated.photos).toEqual(['photos/0.png', 'photos/3.png']);
  expect(evaluated.strange).toMatchObject({ photos: 1, classes: ['pear'] });
  if (evaluated.task !== 'multi-label') throw new Error('task');
  expect(evaluated.assessment.answers.map(({ truth }) => truth)).toEqual([[0], [0, 1]]);
  await classifier.dispose();
});

test('each label of a photo is explained by its own score', async () => {
  const classifier = await openClassifier(run.folder);
  const photo = join(folder, 'photos/3.png');
  const [most] = await classifier.explain(photo);
  expect(most!.explained).toBe(most!.class);
  const maps: string[] = [];
  // The last map has two rows and columns here, which several classes may leave at 0.
  const tap = classifier.taps.at(-3)!.layer;
  for (const name of names) {
    const [why] = await classifier.explain(photo, { class: name, tap });
    expect(why!.explained).toBe(name);
    maps.push(`${why!.map.values}`);
    const { logits, probabilities } = why!.explanation;
    for (const [k, logit] of logits.entries())
      expect(probabilities[k]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 5);
  }
  expect(new Set(maps).size).toBe(3);
  await classifier.dispose();
});

test('goes on where it was, is another with another task, and is refused where a photo should have one class', async () => {
  const again = await resume(run.folder);
  expect(again.test).toEqual(run.test);
  const one = { ...options, task: 'single-label', out: join(folder, 'one') } as const;
  await expect(train(table, one)).rejects.toThrow(PhotoSetError);
  await expect(train(table, one)).rejects.toThrow(
    /28 photos have several classes, such as 'photos\/\d+.png' with '\w+' and '\w+'/,
  );
});

test('is fine-tuned into a folder that answers with labels', async () => {
  const tuned = await finetune(run.folder, { epochs: 1, views: 1 });
  if (!('meanAveragePrecision' in tuned.after)) throw new Error('one class');
  expect(tuned.after.meanAveragePrecision).toBeGreaterThan(0.3);
  const classifier = await openClassifier(tuned.folder);
  expect(classifier.file).toMatchObject({ task: 'multi-label', finetuned: { layer: tuned.cut } });
  const evaluated = await classifier.evaluate(table, { columns: { labelSeparator: '|' } });
  expect(evaluated.task).toBe('multi-label');
  expect(evaluated.seen).toBeGreaterThan(0);
  await classifier.dispose();
});

test('two networks side by side learn several classes, and each is explained', async () => {
  const backbone = [
    join(folder, 'resnet18.safetensors'),
    await generatedWeights(folder, 'convnext_tiny'),
  ];
  const out = join(folder, 'both');
  const architecture = ['resnet18', 'convnext_tiny'];
  const network = { backbone, architecture, testViews: 1, finetune: 'none', recipe: 'reference' };
  const few = join(folder, 'few.csv');
  const rows = (await readFile(table, 'utf8')).split('\n');
  await writeFile(few, rows.slice(0, 33).join('\n'));
  const both = await train(few, {
    ...options,
    ...network,
    epochs: 2,
    classWeights: 'balanced',
    out,
  } as never);
  expect(both.test.task).toBe('multi-label');
  const classifier = await openClassifier(out);
  const photo = join(folder, 'photos/3.png');
  const [first] = await classifier.explain(photo, { class: 'lemon' });
  const [second] = await classifier.explain(photo, { class: 'lemon', extractor: 1 });
  for (const [k, logit] of first!.explanation.logits.entries()) {
    expect(second!.explanation.logits[k]).toBeCloseTo(logit, 3);
    expect(second!.explanation.probabilities[k]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 3);
  }
  await classifier.dispose();
});
