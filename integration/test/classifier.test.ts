import '@shroom/backend-ort';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
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
import { registerPhotoSource } from '@shroom/data/node';
import { drawMushroom } from '@shroom/drawn';
import { openDrawn } from '@shroom/drawn/node';
import { layerCam } from '@shroom/gradcam';
import {
  type Architecture,
  architectures,
  readSafetensors,
  registerArchitecture,
  type ViTConfig,
  vit,
  vitTaps,
} from '@shroom/models';
import { writeSafetensors } from '@shroom/models/node';
import { RunMismatchError } from '@shroom/train/node';
import { memory, setBackend, type Tensor2D } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formulaCheckpoint } from '../../packages/models/test/formula';
import { drawnFolder, drawnPhoto, generatedWeights } from './small-job';

const genera = ['Amanita', 'Boletus', 'Russula'] as const;
const side = 64;
let folder: string;
let photos: string;

beforeAll(async () => {
  await setBackend('ort');
  folder = await mkdtemp(join(tmpdir(), 'shroom-classifier-'));
  process.env.SHROOM_CACHE = join(folder, 'cache');
  photos = join(folder, 'mushrooms');
  await drawnFolder(photos, genera, 14);
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
    const { test: scores } = await json(join(run.folder, 'metrics.json'));
    expect(scores.accuracy).toBe(accuracy.value);
    const worse = scores.robustness.conditions.map(({ name }: { name: string }) => name);
    expect(worse).toEqual(['blurred', 'compressed', 'dark']);
    expect(Object.keys(scores.novelty.leftOut)).toEqual([...genera]);
    const report = await readFile(join(run.folder, 'report.html'), 'utf8');
    expect(report).toMatch(/<h2>Worse photos<\/h2>.*<h2>What it does not know<\/h2>/s);
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

  test('is evaluated on photos that are all of one class', async () => {
    const classifier = await openClassifier(run.folder);
    const one = join(folder, `of one class ${architecture}`);
    await mkdir(join(one, 'Boletus'), { recursive: true });
    for (const seed of [100, 101])
      await drawnPhoto(join(one, 'Boletus', `${seed}.jpg`), 'Boletus', seed);
    const { assessment, seen, strange } = await classifier.evaluate(one, { resamples: 10 });
    const { perClass } = assessment.evaluation;
    expect(perClass.map(({ support }) => support)).toEqual([0, 2, 0]);
    expect([seen, strange.photos]).toEqual([0, 0]);
    expect([0, 0.5, 1]).toContain(assessment.figures.accuracy.value);
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

  test('answers for the photos after one that is not there', async () => {
    const classifier = await openClassifier(run.folder);
    const [none, photo] = [join(photos, 'none.jpg'), join(photos, 'Amanita', '0.jpg')];
    const each = [];
    for await (const answer of classifier.predictEach([none, photo])) each.push(answer);
    expect(each[0]).toMatchObject({
      photo: none,
      error: { message: expect.stringMatching(/no such photo/) },
    });
    expect(each[1]).toMatchObject({ photo });
    await expect(classifier.explain(none)).rejects.toThrow(PhotoError);
    const canvas = { data: new Uint8Array(4 * 9 * 9), height: 9, width: 9 };
    await expect(classifier.predict(canvas)).rejects.toThrow(/are 243 numbers, not 324/);
    const signal = AbortSignal.timeout(1);
    const many = Array(500).fill({ ...canvas, data: new Uint8Array(3 * 9 * 9) });
    await expect(classifier.predict(many, { signal })).rejects.toThrow(/timeout/);
    await classifier.dispose();
  });

  test('is freed once all that runs is done, and after a failure', async () => {
    const before = memory().numTensors;
    const classifier = await openClassifier(run.folder);
    const photo = await readFile(join(photos, 'Amanita', '0.jpg'));
    const predicting = classifier.predict(Array(4).fill(photo));
    const explaining = classifier.explain([photo]);
    const evaluating = classifier.evaluate();
    await turn(); // All three have started.
    await Promise.all([classifier.dispose(), classifier.dispose()]);
    expect(await predicting).toHaveLength(4);
    expect(await explaining).toHaveLength(1);
    expect((await evaluating).seen).toBe(0);
    const onProgress = ({ stage }: { stage: string }) => {
      if (stage === 'features') throw new Error('stop');
    };
    await expect(resume(run.folder, { onProgress })).rejects.toThrow('stop');
    expect(memory().numTensors).toBe(before);
  });

  test('is explained, of any class and by any method', async () => {
    const classifier = await openClassifier(run.folder);
    const photo = await readFile(join(photos, 'Boletus', '3.jpg'));
    const [why] = await classifier.explain([photo]);
    expect(why!.explained).toBe(why!.class);
    expect(why!.map.values).toHaveLength(why!.map.height * why!.map.width);
    const [other] = await classifier.explain([photo], { class: 'Russula', method: layerCam() });
    expect(other!.explained).toBe('Russula');
    const sizeOf = async (picture: Promise<Uint8Array>) => {
      const { width, height } = await sharp(await picture).metadata();
      return [width, height];
    };
    expect(await sizeOf(other!.toPng())).toEqual([80, 80]);
    // Three pictures with white gaps between them, and a line of text below.
    expect(await sizeOf(other!.toPng({ layout: 'panels' }))).toEqual([3 * 80 + 12, 80]);
    expect(await sizeOf(other!.toPng({ layout: 'jet', caption: 'Russula' }))).toEqual([
      3 * 80 + 12,
      80 + 30,
    ]);
    await expect(classifier.explain([photo], { class: 'Cat' })).rejects.toThrow(/no class 'Cat'/);
    await expect(classifier.explain([photo], { against: why!.class })).rejects.toThrow(
      `'${why!.class}' cannot be explained against itself`,
    );
    await classifier.dispose();
  });

  test('is one model, which takes pixels as images and says what the answers say', async () => {
    const classifier = await openClassifier(run.folder);
    const pixels = drawMushroom('Boletus', { seed: 30, size: side });
    const photo = { data: pixels.pixels, height: side, width: side };
    const before = memory().numTensors;
    const images = classifier.imagesOf([photo, photo]);
    expect(memory().numTensors - before).toBe(1);
    expect(images.shape).toEqual([2, side, side, 3]);
    const logits = classifier.model.predict(images) as Tensor2D;
    const [first, second] = await logits.array();
    expect(first).toEqual(second);
    const [answer] = await classifier.predict(photo, { views: 1 });
    const best = first!.indexOf(Math.max(...first!));
    expect(answer!.class).toBe(classifier.classes[best]);
    const small = drawMushroom('Boletus', { seed: 30, size: 40 });
    const resized = classifier.imagesOf([{ ...small, data: small.pixels }]);
    expect(resized.shape).toEqual([1, side, side, 3]);
    for (const tensor of [images, logits, resized]) tensor.dispose();
    await classifier.dispose();
  });

  test('goes on where it was, and refuses to become another', async () => {
    const weights = join(run.folder, 'checkpoints/best.safetensors');
    const before = await readFile(weights);
    const again = await resume(run.folder);
    expect(again.test.accuracy).toEqual(run.test.accuracy);
    expect(await readFile(weights)).toEqual(before);
    const options = { ...small, backbone: file, architecture, recipe, views: 2, out: run.folder };
    const another = train(photos, { ...options, seed: 1 });
    await expect(another).rejects.toThrow(RunMismatchError);
    await expect(another).rejects.toThrow(/choose another folder\. To replace it .*--overwrite/);
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
    const evaluated = await classifier.evaluate(undefined, { resamples: 10 });
    expect(evaluated.accuracy.value).toBeCloseTo(tuned.after.accuracy, 6);
    await expect(
      classifier.evaluate(undefined, { part: 'tests' as unknown as 'test' }),
    ).rejects.toThrow(RangeError);
    await classifier.dispose();
    await expect(classifier.predict([])).rejects.toThrow('disposed');
    await expect(resume(tuned.folder)).rejects.toThrow(RunFolderError);
    await expect(train(photos, { ...small, out: tuned.folder })).rejects.toThrow(RunMismatchError);
    await expect(finetune(run.folder, { epochs: 2 })).rejects.toThrow(RunMismatchError);
    // The smaller network alone: the other takes a quarter of a minute more.
    if (architecture !== 'resnet18') return;
    const again = await finetune(tuned.folder, { epochs: 1 });
    expect(again.before.accuracy).toBeCloseTo(tuned.after.accuracy, 6);
  });
});

test('a run that was fine-tuned is fine-tuned further from its cut or from below, so that nothing learned is lost', async () => {
  const out = join(folder, 'tuned');
  const network = { backbone: join(folder, 'resnet18.safetensors'), architecture: 'resnet18' };
  const { test: scores } = await train(photos, {
    ...{ ...small, ...network, recipe: 'fast', views: 1, epochs: 2, finetune: 'layer3', out },
  });
  const further = join(folder, 'tuned further');
  const stop = new AbortController();
  const stopped = finetune(out, {
    epochs: 2,
    // Other views than those of the run: their features belong to a different network.
    views: 2,
    out: further,
    signal: stop.signal,
    onProgress: ({ stage, done }) => {
      if (stage === 'fine-tuning' && done === 2) stop.abort(new Error('Enough.'));
    },
  });
  await expect(stopped).rejects.toThrow('Enough.');
  expect(await readdir(further)).not.toContain('classifier.json');
  // The same call continues.
  const tuned = await finetune(out, { epochs: 2, views: 2, out: further });
  expect(tuned.cut).toBe('layer3.1.relu');
  expect(tuned.before.accuracy).toBe(scores.accuracy.value);

  const deeper = join(folder, 'tuned deeper');
  const lower = await finetune(out, { epochs: 1, from: 'layer2', out: deeper });
  expect(lower.before.accuracy).toBe(scores.accuracy.value);
  const classifier = await openClassifier(deeper);
  const { test: part } = await json(join(out, 'split.json'));
  const answers = await classifier.predict(
    part.map(({ id }: { id: string }) => join(photos, id)),
    { views: 1 },
  );
  const right = answers.filter((answer, index) => answer.class === part[index].class).length;
  expect(right / part.length).toBeCloseTo(lower.after.accuracy, 6);
  await classifier.dispose();
  await expect(finetune(out, { from: 'layer4.0.relu', out: `${deeper}-above` })).rejects.toThrow(
    /fine-tuned after 'layer3\.1\.relu' before/,
  );

  // A later run on the original network must not find features of the fine-tuned network.
  const plain = { ...small, ...network, recipe: 'fast', epochs: 2, views: 2 } as const;
  const [kept, fresh] = ['with that cache', 'with a cache of its own'].map(name =>
    join(folder, name),
  ) as [string, string];
  await train(photos, { ...plain, out: kept });
  const { SHROOM_CACHE } = process.env;
  process.env.SHROOM_CACHE = join(folder, 'another cache');
  await train(photos, { ...plain, out: fresh });
  process.env.SHROOM_CACHE = SHROOM_CACHE;
  const [same, expected] = await Promise.all(
    [kept, fresh].map(run => readFile(join(run, 'checkpoints/best.safetensors'))),
  );
  expect(same!.equals(expected!)).toBe(true);
});

test('photos that a source names keep that name, and a run on them is gone on with by its folder alone', async () => {
  registerPhotoSource('some', async where => {
    const count = Number(where.slice('some:'.length));
    const { classes, photos: all, findings } = openDrawn(count);
    const few = all.filter(({ label }) => label < 3);
    return { name: 'a few', classes: classes.slice(0, 3), photos: few, findings };
  });
  const out = join(folder, 'named');
  const network = { backbone: join(folder, 'resnet18.safetensors'), architecture: 'resnet18' };
  const options = { ...small, ...network, recipe: 'fast', views: 1, epochs: 1, out } as const;
  const run = await train('some:8', options);
  expect((await json(join(out, 'metrics.json'))).data.name).toBe('a few');
  expect(run.configuration).toMatchObject({ data: 'some:8', name: 'some-8' });
  const again = await resume(out);
  expect(again.test.accuracy).toEqual(run.test.accuracy);
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

/** How far fine-tuning has moved the biases of a block, on average. */
async function movedBy(pretrained: string, run: string, block: number): Promise<number> {
  const read = async (file: string, name: string) =>
    readSafetensors(await readFile(file))
      .checkpoint.get(name)!
      .read();
  const name = `blocks.${block}.mlp.fc2`;
  const before = await read(pretrained, `${name}.bias`);
  const after = await read(join(run, 'checkpoints/last.safetensors'), `weights/${name}/bias`);
  return after.reduce((sum, value, i) => sum + Math.abs(value - before[i]!), 0) / after.length;
}

test.each([
  ['efficientnet_lite0', 'average'],
  ['vit_tiny_patch16_224', 'cls+mean'],
] as const)(
  '%s, pooled by %s, is trained, explained and fine-tuned, and answers as it was evaluated',
  async (architecture, pooling) => {
    const backbone = await generatedWeights(folder, architecture);
    const out = join(folder, `${architecture} ${pooling}`);
    const how = { recipe: 'reference', pooling, views: 1, epochs: 1 } as const;
    await train(photos, { ...{ ...small, ...how, backbone, architecture, out } });
    const tuned = await finetune(out, { epochs: 1 });
    if (architecture === 'vit_tiny_patch16_224') {
      const usual = await finetune(out, { epochs: 8, out: `${out} usual` });
      const again = { epochs: 8, layerDecay: 0.3, out: `${out} slower below` };
      const slower = await finetune(out, again);
      // Adam's steps are about as long as the learning rate, which falls from block to block.
      const ratio = async (run: string) =>
        (await movedBy(backbone, run, 10)) / (await movedBy(backbone, run, 11));
      expect(Math.abs((await ratio(usual.folder)) - 0.75)).toBeLessThan(0.1);
      expect(Math.abs((await ratio(slower.folder)) - 0.3)).toBeLessThan(0.1);
      await expect(finetune(out, { ...again, layerDecay: 0.5 })).rejects.toThrow(RunMismatchError);
    }
    const classifier = await openClassifier(tuned.folder);
    const { accuracy } = await classifier.evaluate(undefined, { resamples: 10 });
    expect(accuracy.value).toBeCloseTo(tuned.after.accuracy, 6);
    const [why] = await classifier.explain(join(photos, 'Boletus', '3.jpg'));
    expect(why!.explained).toBe(why!.class);
    const { values } = why!.explanation.signed;
    expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0);
    // A stage is named as for fine-tuning, or by its last layer.
    const { stage, layer } = architectures[architecture].taps.at(-4)!;
    const at = (tap: string) => classifier.explain(join(photos, 'Boletus', '3.jpg'), { tap });
    expect((await at(stage))[0]!.map).toEqual((await at(layer))[0]!.map);
    await classifier.dispose();
  },
);

test('a transformer without a class token is pooled by its own attention, and never by the class token', async () => {
  const config = {
    ...{ patch: 16, width: 24, depth: 2, heads: 3, grid: 4, classToken: false },
    ...{ positions: 'patches', pool: 'attention', epsilon: 1e-6 },
  } as const satisfies ViTConfig;
  const { dialects, classifier: rest }: Architecture = architectures.vit_base_patch16_siglip_224;
  registerArchitecture('tiny_siglip', {
    build: options => vit(config, options),
    ...{ taps: vitTaps(config), classifier: rest, dialects, minimumSize: 16 },
    tokens: { prefix: 0, attention: true },
  });
  const untrained = vit(config, { inputSize: [side, side], pooled: true });
  const backbone = join(folder, 'tiny_siglip.safetensors');
  await writeSafetensors(backbone, formulaCheckpoint(untrained, dialects[0]!));
  untrained.dispose();
  const own = {
    ...small,
    backbone,
    architecture: 'tiny_siglip',
    recipe: 'fast',
    views: 1,
  } as const;
  const out = join(folder, 'siglip');
  await train(photos, { ...own, pooling: 'attention', out });
  const tuned = await finetune(out, { epochs: 1 });
  const classifier = await openClassifier(tuned.folder);
  const { accuracy } = await classifier.evaluate(undefined, { resamples: 10 });
  expect(accuracy.value).toBeCloseTo(tuned.after.accuracy, 6);
  const photo = join(photos, 'Boletus', '3.jpg');
  const [why] = await classifier.explain(photo);
  expect([why!.map.height, why!.map.width]).toEqual([4, 4]);
  const [before] = await classifier.predict(photo, { views: 1 });
  const web = await classifier.export('web', join(folder, 'siglip-web'), { weights: 'float32' });
  await classifier.dispose();
  const again = await openClassifier(web.folder);
  const [after] = await again.predict(photo, { views: 1 });
  expect(after!.probability).toBeCloseTo(before!.probability, 4);
  await again.dispose();
  let refusals = 0;
  const refused = (pooling: 'cls' | 'attention', other: object = own) =>
    train(photos, { ...own, ...other, pooling, out: join(folder, `refused ${refusals++}`) });
  await expect(refused('cls')).rejects.toThrow(/no class token.*mean, covariance or attention/);
  const file = await generatedWeights(folder, 'resnet18');
  const resnet = { backbone: file, architecture: 'resnet18' };
  await expect(refused('attention', resnet)).rejects.toThrow(/no pooling by attention/);
  await expect(refused('cls', resnet)).rejects.toThrow(UnsupportedNetworkError);
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
