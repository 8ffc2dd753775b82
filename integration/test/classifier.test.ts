import '@shroom/backend-ort';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ClassifierFileError,
  finetune,
  openClassifier,
  PhotoError,
  type Run,
  RunFolderError,
  resume,
  train,
  UnsupportedNetworkError,
} from '@shroom/classifier';
import { layerCam } from '@shroom/gradcam';
import { RunMismatchError } from '@shroom/train/node';
import { memory, setBackend } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawnFolder, generatedWeights } from './small-job';

const genera = ['Amanita', 'Boletus', 'Russula'] as const;
const side = 64;
let folder: string;
let photos: string;

beforeAll(async () => {
  await setBackend('ort');
  folder = await mkdtemp(join(tmpdir(), 'shroom-classifier-'));
  process.env.SHROOM_CACHE = join(folder, 'cache');
  photos = join(folder, 'mushrooms');
  await drawnFolder(photos, genera, 20);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const small = { size: side, epochs: 4, title: 'Three drawn genera', kind: 'drawings' } as const;
const json = async (path: string) => JSON.parse(await readFile(path, 'utf8'));

describe.each([
  ['resnet18', 'reference'],
  ['convnext_tiny', 'best'],
] as const)('%s, trained with the recipe %s', (architecture, recipe) => {
  let run: Run;
  let file: string;
  beforeAll(async () => {
    file = await generatedWeights(folder, architecture);
    const out = join(folder, `${architecture}-${recipe}`);
    run = await train(photos, { ...small, backbone: file, architecture, recipe, views: 2, out });
  });

  test('is evaluated on photos that nothing was trained on', async () => {
    expect(run.classes).toEqual([...genera]);
    const { accuracy } = run.test;
    expect(accuracy.low).toBeLessThanOrEqual(accuracy.value);
    expect((await json(join(run.folder, 'metrics.json'))).test.accuracy).toBe(accuracy.value);
    const names = await readdir(run.folder);
    for (const name of [
      'README.md',
      'report.html',
      'predictions.csv',
      'confusion.csv',
      'config.json',
    ])
      expect(names).toContain(name);
    expect(names.filter(name => name.startsWith('.'))).toEqual([]);
    expect(await readFile(join(run.folder, 'report.html'), 'utf8')).toContain('Three drawn genera');
  });

  test('answers again what the test has said, and as often that it does not know', async () => {
    const classifier = await openClassifier(run.folder);
    const rows = (await readFile(join(run.folder, 'predictions.csv'), 'utf8')).trim().split('\n');
    const cells = rows.slice(1).map(row => row.split(','));
    const answers = await classifier.predict(cells.map(([photo]) => join(photos, photo!)));
    for (const [index, [, , , prediction, sure, novelty, known, ...shares]] of cells.entries()) {
      const { probabilities, ...answer } = answers[index]!;
      expect(answer.class).toBe(prediction);
      expect(String(answer.known)).toBe(known);
      if (answer.known) expect(String(answer.sure)).toBe(sure);
      expect(answer.novelty).toBeCloseTo(Number(novelty), 3);
      Object.values(probabilities).forEach((value, k) => {
        expect(value).toBeCloseTo(Number(shares[k]), 3);
      });
    }
    const evaluated = await classifier.evaluate();
    expect(evaluated.assessment.evaluation.confusion).toEqual(
      run.test.assessment.evaluation.confusion,
    );
    expect(evaluated.seen).toBe(0);
    await classifier.dispose();
  });

  test('serves many requests at once, frees all, and says which photo it cannot read', async () => {
    const before = memory().numTensors;
    const classifier = await openClassifier(run.folder);
    const photo = join(photos, 'Amanita', '0.jpg');
    const [alone] = await classifier.predict(photo);
    const many = await Promise.all(Array.from({ length: 20 }, () => classifier.predict([photo])));
    for (const [answer] of many) {
      expect(answer!.class).toBe(alone!.class);
      expect(answer!.probability).toBeCloseTo(alone!.probability, 4);
    }
    const notes = join(folder, 'notes.txt');
    await writeFile(notes, 'no photo');
    await expect(classifier.predict([photo, notes])).rejects.toThrow(PhotoError);
    const each = [];
    for await (const answer of classifier.predictEach([notes, photo])) each.push(answer);
    expect(each[0]).toMatchObject({ photo: notes, error: expect.any(PhotoError) });
    expect(each[1]).toMatchObject({ photo, class: alone!.class });
    await classifier.dispose();
    expect(memory().numTensors).toBe(before);
    await expect(classifier.predict([photo])).rejects.toThrow(/disposed/);
  });

  test('is explained, of any class and by any method', async () => {
    const classifier = await openClassifier(run.folder);
    const photo = await readFile(join(photos, 'Boletus', '3.jpg'));
    const [why] = await classifier.explain([photo]);
    expect(why!.explained).toBe(why!.class);
    expect(why!.map.values).toHaveLength(why!.map.height * why!.map.width);
    const [other] = await classifier.explain([photo], { class: 'Russula', method: layerCam() });
    expect(other!.explained).toBe('Russula');
    const { width, height } = await sharp(await other!.toPng()).metadata();
    expect([width, height]).toEqual([80, 80]);
    await expect(classifier.explain([photo], { class: 'Cat' })).rejects.toThrow(/no class 'Cat'/);
    await classifier.dispose();
  });

  test('goes on where it was, and refuses to become another', async () => {
    const weights = join(run.folder, 'checkpoints/best.safetensors');
    const before = await readFile(weights);
    const again = await resume(run.folder);
    expect(again.test.accuracy).toEqual(run.test.accuracy);
    expect(await readFile(weights)).toEqual(before);
    const options = { ...small, backbone: file, architecture, recipe, views: 2, out: run.folder };
    await expect(train(photos, { ...options, seed: 1 })).rejects.toThrow(RunMismatchError);
    expect((await json(join(run.folder, 'metrics.json'))).test.accuracy).toBe(
      run.test.accuracy.value,
    );
    const replaced = await train(photos, { ...options, seed: 1, epochs: 1, overwrite: true });
    expect(replaced.folder).toBe(run.folder);
    expect((await json(join(run.folder, 'run.json'))).configuration.seed).toBe(1);
    expect((await readdir(folder)).filter(name => /\.(new|old)$/.test(name))).toEqual([]);
  });

  test('is fine-tuned into a folder of its own, which answers as it was evaluated', async () => {
    const tuned = await finetune(run.folder, { epochs: 1 });
    expect(tuned.folder).toBe(`${run.folder}-finetuned`);
    const classifier = await openClassifier(tuned.folder);
    expect(classifier.file.finetuned).toEqual({ extractor: 0, layer: tuned.cut });
    const { test: part } = await json(join(run.folder, 'split.json'));
    const files = part.map(({ id }: { id: string }) => join(photos, id));
    const answers = await classifier.predict(files);
    const right = answers.filter((answer, index) => answer.class === part[index].class).length;
    expect(right / part.length).toBeCloseTo(tuned.after.accuracy, 6);
    await classifier.dispose();
  });
});

test('two networks side by side train, answer, are explained, and are fine-tuned', async () => {
  const backbone = [
    join(folder, 'resnet18.safetensors'),
    join(folder, 'convnext_tiny.safetensors'),
  ];
  const architecture = ['resnet18', 'convnext_tiny'];
  const out = join(folder, 'both');
  const run = await train(photos, {
    ...small,
    backbone,
    architecture,
    recipe: 'fast',
    views: 1,
    out,
  });
  const classifier = await openClassifier(out);
  expect(classifier.file.extractors.map(({ width }) => width)).toEqual([512, 768]);
  const evaluated = await classifier.evaluate();
  expect(evaluated.accuracy.value).toBe(run.test.accuracy.value);
  const photo = join(photos, 'Amanita', '1.jpg');
  const [first] = await classifier.explain(photo);
  const [second] = await classifier.explain(photo, { extractor: 1 });
  expect(first!.class).toBe(second!.class);
  first!.explanation.logits.forEach((value, k) => {
    expect(second!.explanation.logits[k]).toBeCloseTo(value, 3);
  });
  expect(() => classifier.model).toThrow(UnsupportedNetworkError);
  await classifier.dispose();
  const tuned = await finetune(out, { epochs: 1, extractor: 1 });
  const again = await openClassifier(tuned.folder);
  const { accuracy } = await again.evaluate(photos);
  expect(accuracy.value).toBeGreaterThan(0);
  await again.dispose();
});

test('folders that are no classifiers, and damaged ones, say what is wrong', async () => {
  await expect(openClassifier(join(folder, 'none'))).rejects.toThrow(ClassifierFileError);
  await expect(openClassifier(photos)).rejects.toThrow(/no trained classifier/);
  await expect(train(photos, { ...small, out: photos })).rejects.toThrow(RunFolderError);
  await expect(resume(photos)).rejects.toThrow(/nothing to resume/);
  await expect(train(photos, { backbone: 'resnet5', out: join(folder, 'x') })).rejects.toThrow(
    /no backbone 'resnet5'/,
  );
  const both = join(folder, 'both');
  await writeFile(join(both, 'novelty.safetensors'), 'damaged');
  await expect(openClassifier(both)).rejects.toThrow(/novelty\.safetensors: it is damaged/);
});
