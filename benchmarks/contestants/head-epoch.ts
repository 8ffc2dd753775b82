/**
 * Trains the reference's head for an epoch on cached features, and assesses it on validation features: `head-epoch.ts ENGINE FOLDER ROWS
 * CHANNELS CLASSES`. The rows after the first ROWS are the validation set.
 */
import { classifierHead } from '@shroom/head';
import { fit } from '@shroom/train';
import { startEngine } from './engine';
import { readFeatures } from './feature-files';
import { serve } from './serve';

const [engine, folder] = process.argv.slice(2) as [string, string];
const [count, channels, classes] = process.argv.slice(4).map(Number) as [number, number, number];
await startEngine(engine);
const { train, others } = await readFeatures(folder, count, channels);
const shape = { views: 1, channels };
const data = { train: { ...train, ...shape }, validation: { ...others, ...shape }, classes };
const endless = { epochs: 1000, patience: 1000, batchSize: 32 };
const epochs = fit(classifierHead(channels, classes), data, endless)[Symbol.asyncIterator]();

await serve(async () => {
  await epochs.next();
  return undefined;
});
