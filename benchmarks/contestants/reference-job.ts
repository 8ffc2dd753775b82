/**
 * Runs a part of each step of the reference's job with this project, and scales the times: `reference-job.ts FOLDER SIZE
 * JOB`, where JOB holds the numbers of `rows/reference-job.ts` in JSON. One run extracts features of some views, trains an
 * epoch of the head on as many cached samples as the job has, assesses the test photos, and explains some photos.
 */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batches, openFolder } from '@shroom/data/node';
import { explain, prepareModel } from '@shroom/gradcam';
import { attachHead, classifierHead } from '@shroom/head';
import { architectures, type Backbone, imagenetPreprocessing } from '@shroom/models';
import { assess, type FeatureSet, fit, fitCertainty, logitsOf } from '@shroom/train';
import { FeatureCache } from '@shroom/train/node';
import { tensor4d } from '@tensorflow/tfjs-core';
import { withRandomWeights } from '../networks/random-weights';
import type { ReferenceJob } from '../rows/reference-job';
import { startEngine } from './engine';
import { extract, type Task } from './extract';
import { serve } from './serve';

const [folder, sizeText, text] = process.argv.slice(2) as [string, string, string];
const size = Number(sizeText);
const job = JSON.parse(text) as ReferenceJob;
const { part } = job;
await startEngine('ort');
const { photos } = await openFolder(folder, { leastPerClass: 1 });
const preprocessing = imagenetPreprocessing([size, size]);
const backbone: Backbone = {
  name: 'resnet50',
  model: withRandomWeights(architectures.resnet50.build({ inputSize: [size, size] })),
  channels: 2048,
  preprocessing,
  taps: architectures.resnet50.taps,
  weights: { source: 'random', license: 'none', sha256: '' },
  dispose: () => {},
};
const cacheFolder = await mkdtemp(join(tmpdir(), 'extraction-'));
process.on('exit', () => rmSync(cacheFolder, { recursive: true }));
const cache = await FeatureCache.open(cacheFolder, 'benchmark', backbone.channels);
const training = { train: features(job.train, job.views), validation: features(job.validation, 1) };
const test = features(job.test, 1);
const head = classifierHead(backbone.channels, job.classes);
const classifier = prepareModel(attachHead(backbone.model, head));
const epochs = fit(
  head,
  { ...training, classes: job.classes },
  { epochs: 1000, patience: 1000, batchSize: 32 },
)[Symbol.asyncIterator]();

let round = 0;
await serve(async () => {
  round++;
  const view = await extraction();
  const epoch = await seconds(() => epochs.next());
  const evaluation = await seconds(evaluate);
  const map = (await seconds(explanations)) / part.maps;
  const views = job.train * job.views + job.validation + job.test;
  const total = views * view + job.epochs * epoch + evaluation + job.maps * map;
  return { seconds: total, details: { view, epoch, evaluation, map } };
});

async function seconds(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}

/**
 * Seconds per view in the middle of a job, when the threads have started and the views that they prepared first are used
 * up.
 */
async function extraction(): Promise<number> {
  // As in a job, all views of a photo follow each other.
  const tasks = Array.from({ length: part.ahead + part.views }, (_, index): Task => {
    const photo = photos[(round * 31 + Math.floor(index / job.views)) % photos.length]!;
    return { photo, view: index % job.views, key: `${round} ${index}` };
  });
  let done = 0;
  let start = 0;
  for await (const _ of extract(backbone, tasks, cache))
    if (++done === part.ahead) start = performance.now();
  return (performance.now() - start) / 1000 / part.views;
}

async function evaluate(): Promise<void> {
  const { validation } = training;
  const known = await logitsOf(head, validation);
  const certainty = fitCertainty(validation.labels, known, job.classes);
  assess(test.labels, await logitsOf(head, test), job.classes, certainty);
}

/** Explains one photo after another, as a report does. */
async function explanations(): Promise<void> {
  const how = { size: preprocessing.size, normalization: preprocessing, batchSize: 1 };
  for await (const batch of batches(photos.slice(0, part.maps), how)) {
    const images = tensor4d(batch.images, batch.shape);
    await explain(classifier, images);
    images.dispose();
  }
}

function features(count: number, views: number): FeatureSet {
  const values = new Float32Array(count * views * 2048);
  for (let index = 0; index < values.length; index++) values[index] = Math.abs(Math.sin(index));
  return {
    values,
    labels: Int32Array.from({ length: count }, (_, index) => index % job.classes),
    views,
    channels: 2048,
  };
}
