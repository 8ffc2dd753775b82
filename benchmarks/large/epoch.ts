// Trains one epoch on a generated file of features, in a process of its own, and prints what it took as JSON.
import { argv, cpuUsage, memoryUsage, resourceUsage } from 'node:process';
import { classifierHead } from '@shroom/head';
import { fit, recipes, selectFrom } from '@shroom/train';
import { openFeatureArray } from '@shroom/train/node';
import { setBackend } from '@tensorflow/tfjs-core';
import '@shroom/backend-ort';
import { type Generated, labelOf } from './generate';

/** What an epoch took. */
export interface EpochCost {
  readonly steps: number;
  /** Wall time of the steps, and of the evaluation of the validation photos after them. */
  readonly seconds: number;
  readonly validationSeconds: number;
  /** Processor time of all threads. */
  readonly processorSeconds: number;
  /** Largest resident size of the process from its start, in bytes. */
  readonly peak: number;
  /** Steps done and resident size in bytes, a hundred times. */
  readonly curve: readonly (readonly [step: number, bytes: number])[];
  readonly trainLoss: number;
  readonly accuracy: number;
}

const path = argv[2]!;
const sizes = JSON.parse(argv[3]!) as Generated;
const batchSize = 256;

await setBackend('ort');
const labels = Int32Array.from({ length: sizes.photos }, (_, photo) => labelOf(photo, sizes));
const train = await openFeatureArray(path, { labels });
const step = Math.max(1, Math.floor(sizes.photos / 2000));
const held = Array.from({ length: Math.floor(sizes.photos / step) }, (_, index) => index * step);
const data = { train, validation: selectFrom(train, held), classes: sizes.classes };
const head = classifierHead(sizes.channels, sizes.classes);
const { followedBy: _, ...phase } = recipes.reference;

const curve: [number, number][] = [];
const start = performance.now();
let end = start;
let steps = 0;
for await (const { trainLoss, validation } of fit(head, data, {
  ...phase,
  ...{ epochs: 1, batchSize },
  onStep: ({ done, total }) => {
    [steps, end] = [done, performance.now()];
    if (done % Math.ceil(total / 100) === 0 || done === 1) curve.push([done, memoryUsage.rss()]);
  },
})) {
  const cost: EpochCost = {
    steps,
    seconds: (end - start) / 1000,
    validationSeconds: (performance.now() - end) / 1000,
    processorSeconds: (cpuUsage().user + cpuUsage().system) / 1e6,
    peak: resourceUsage().maxRSS * 1024,
    ...{ curve, trainLoss, accuracy: validation.accuracy },
  };
  process.stdout.write(JSON.stringify(cost));
}
await train.close();
