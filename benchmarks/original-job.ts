/**
 * The original's job at its size (6,714 photos of 299 px, 65/20/15, 60 epochs, 4 views), beside its loop in PyTorch, each
 * measured on a small part and scaled; and what extraction adds to the bare backbone.
 *
 *     npx tsx original-job.ts [folder]      photos; default ../shared/mushrooms
 *     npx tsx original-job.ts --head        an epoch of the head alone
 */
import '@shroom/backend-ort';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { batches, openFolder } from '@shroom/data/node';
import { classifierHead } from '@shroom/head';
import { architectures, type Backbone, imagenetPreprocessing } from '@shroom/models';
import { type FeatureSet, fit } from '@shroom/train';
import { FeatureCache } from '@shroom/train/node';
import {
  mean,
  randomNormal,
  setBackend,
  type Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { extract, type Task } from '../examples/pipeline/extraction';
import { median, pythonJob } from './measure';

const size = 299;
const genera = 9;
const job = { train: 4364, validation: 1343, test: 1007, views: 4, epochs: 60 };
/** What is measured: images of each round, behind those that threads have ready before it begins; photos of the peer. */
const part = { images: 112, ahead: 48, train: 64, validation: 20, rounds: 3, headEpochs: 5 };
const atOnce = 8;

await setBackend('ort');
const given = process.argv[2];
if (given === '--head') {
  await measureHead();
  process.exit(0);
}
const folder = given ?? fileURLToPath(new URL('../../shared/mushrooms', import.meta.url));
const { photos } = await openFolder(folder, { leastPerClass: 1 });
const backbone = randomBackbone();
const cacheFolder = await mkdtemp(join(tmpdir(), 'extraction-'));
const cache = await FeatureCache.open(cacheFolder, 'benchmark', backbone.channels);

// Alternating, so that whatever else the machine does meets both.
await bare(6);
await extraction(-1);
const [bareSeconds, extracting]: [number[], number[]] = [[], []];
for (let round = 0; round < part.rounds; round++) {
  bareSeconds.push(await bare(part.images / atOnce));
  extracting.push(await extraction(round));
}
const [forward, extracted] = [median(bareSeconds), median(extracting)];
line('bare backbone, an image', forward, spread(bareSeconds));
line('extraction, an image', extracted, spread(extracting));
console.log(`  extraction / bare backbone = ${(extracted / forward).toFixed(3)}`);

const headEpoch = await measureHead();

const request = `${part.train} ${part.validation}`;
const settings = [folder, `${size}`, '32', '2'];
const peer = await pythonJob('PyTorch', settings, 'original_loop_peer.py', request);
await peer.run();
const loops = [(await peer.run())!, (await peer.run())!];
await peer.close?.();
// Both kinds of photos cost about a forward pass: the part is scaled by their number.
const perPhoto = median(loops) / (part.train + part.validation);
line(`PyTorch loop, ${part.train} + ${part.validation} photos`, median(loops), spread(loops));

const views = job.train * job.views + job.validation + job.test;
const ours = views * extracted + job.epochs * headEpoch;
const theirs = (job.epochs * (job.train + job.validation) + job.test) * perPhoto;
console.log(`\nThe whole job, scaled from that (all ${job.epochs} epochs):`);
line('this project', ours, `${views} views, then ${job.epochs} epochs of the head`);
line("the original's loop", theirs, `${job.epochs} times ${job.train} + ${job.validation} photos`);
console.log(`  ${(theirs / ours).toFixed(1)} times as fast`);
await cache.close();
await rm(cacheFolder, { recursive: true });
process.exit(0);

/** Weights of zero would be folded away; these take as long as any. */
function randomBackbone(): Backbone {
  const { build, taps } = architectures.resnet50;
  const model = build({ inputSize: [size, size] });
  for (const weight of model.weights)
    if (weight.originalName.endsWith('kernel'))
      tidy(() => {
        weight.write(randomNormal(weight.shape as number[], 0, 0.02));
      });
  return {
    name: 'resnet50',
    model,
    channels: 2048,
    preprocessing: imagenetPreprocessing([size, size]),
    taps,
    weights: { source: 'random', licence: 'none', sha256: '' },
    dispose: () => {
      model.dispose();
    },
  };
}

/** Seconds an image of the backbone alone, its input there already. */
async function bare(batches: number): Promise<number> {
  const images = await someImages();
  const start = performance.now();
  for (let batch = 0; batch < batches; batch++) {
    const pooled = tidy(() =>
      mean(backbone.model.predict(images, { batchSize: atOnce }) as Tensor, [1, 2]),
    );
    await pooled.data();
    pooled.dispose();
  }
  images.dispose();
  return (performance.now() - start) / 1000 / (batches * atOnce);
}

/** The same photos as in the job: where activations are zero is not random. */
async function someImages(): Promise<Tensor4D> {
  const { preprocessing } = backbone;
  const how = { size: preprocessing.size, normalisation: preprocessing, batchSize: atOnce };
  for await (const batch of batches(photos.slice(0, atOnce), how))
    return tensor4d(batch.images, batch.shape);
  throw new Error('There are no photos.');
}

/** Seconds an image in the middle of a job: when threads have started, and what they had ready at first is used up. */
async function extraction(round: number): Promise<number> {
  // As in a job: every view of a photo, one photo after the other.
  const tasks = Array.from({ length: part.ahead + part.images }, (_, index): Task => {
    const photo = photos[((round + 1) * 31 + Math.floor(index / job.views)) % photos.length]!;
    return { photo, view: index % job.views, key: `${round} ${index}` };
  });
  const caches = { pooled: cache };
  let done = 0;
  let start = 0;
  for await (const _ of extract(backbone, undefined, tasks, caches, new AbortController().signal))
    if (++done === part.ahead) start = performance.now();
  return (performance.now() - start) / 1000 / part.images;
}

/** @returns seconds of an epoch in batches of 32, as the original's. */
async function measureHead(): Promise<number> {
  const [small, large] = [await headSeconds(32), await headSeconds(64)];
  const name = `head epoch, ${job.train} samples, batch`;
  line(`${name} 32`, median(small), spread(small));
  line(`${name} 64`, median(large), spread(large));
  return median(small);
}

/** Seconds of each epoch but the first, which compiles; with the evaluation of the validation set. */
async function headSeconds(batchSize: number): Promise<number[]> {
  const set = (count: number, views: number): FeatureSet => ({
    values: Float32Array.from({ length: count * views * 2048 }, (_, i) => Math.abs(Math.sin(i))),
    labels: Int32Array.from({ length: count }, (_, index) => index % genera),
    views,
    channels: 2048,
  });
  const data = { train: set(job.train, job.views), validation: set(job.validation, 1) };
  const head = classifierHead(2048, genera);
  const seconds: number[] = [];
  let start = performance.now();
  const options = { epochs: part.headEpochs, patience: part.headEpochs, batchSize };
  for await (const _ of fit(head, { ...data, classes: genera }, options)) {
    seconds.push((performance.now() - start) / 1000);
    start = performance.now();
  }
  return seconds.slice(1);
}

function line(name: string, seconds: number, more: string): void {
  const time =
    seconds < 1
      ? `${(seconds * 1000).toFixed(1)} ms`
      : seconds < 600
        ? `${seconds.toFixed(2)} s`
        : `${(seconds / 3600).toFixed(2)} h`;
  console.log(`  ${name.padEnd(44)} ${time.padStart(9)}  (${more})`);
}

function spread(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${least.toFixed(4)} to ${most.toFixed(4)} s`;
}
