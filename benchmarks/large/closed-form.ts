// Computes heads in closed form from a generated file of features, in a process of its own, and prints what it took as JSON.
import { argv, cpuUsage, resourceUsage } from 'node:process';
import {
  discriminantHead,
  FeatureMoments,
  prototypeHead,
  ridgeHead,
} from '@shroom/head/closed-form';
import { evaluateOn, featureBlocks, selectFrom } from '@shroom/train';
import { openFeatureArray } from '@shroom/train/node';
import { setBackend } from '@tensorflow/tfjs-core';
import '@shroom/backend-ort';
import { type Generated, labelOf } from './generate';

/** What one pass over the plain views of a file took. */
export interface PassCost {
  /** Wall time and processor time of the pass, and of the equations after it. */
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly solvingSeconds: number;
  /** Largest resident size of the process from its start, in bytes. */
  readonly peak: number;
  /** Accuracy on some of the rows, by head. */
  readonly accuracy: Readonly<Record<string, number>>;
}

const path = argv[2]!;
const sizes = JSON.parse(argv[3]!) as Generated;
const products = argv[4] === 'products';

await setBackend('ort');
const labels = Int32Array.from({ length: sizes.photos }, (_, photo) => labelOf(photo, sizes));
const file = await openFeatureArray(path, { labels });
const start = performance.now();
const moments = new FeatureMoments(sizes.channels, sizes.classes, { products });
for await (const { rows, labels } of featureBlocks(file)) await moments.add(rows, labels);
const end = performance.now();
const processor = cpuUsage();
const heads = products
  ? { ridge: await ridgeHead(moments), discriminant: await discriminantHead(moments) }
  : { prototypes: await prototypeHead(moments) };
const solved = performance.now();
const some = Array.from({ length: Math.min(1000, sizes.photos) }, (_, index) =>
  Math.floor((index * sizes.photos) / Math.min(1000, sizes.photos)),
);
const accuracy: Record<string, number> = {};
for (const [name, head] of Object.entries(heads))
  accuracy[name] = (await evaluateOn(head, selectFrom(file, some), sizes.classes)).accuracy;
const cost: PassCost = {
  seconds: (end - start) / 1000,
  processorSeconds: (processor.user + processor.system) / 1e6,
  solvingSeconds: (solved - end) / 1000,
  peak: resourceUsage().maxRSS * 1024,
  accuracy,
};
process.stdout.write(JSON.stringify(cost));
await file.close();
