// Classifies the photos of a folder in the shortest way over the packages, and writes a table: the plain job beside which shards are
// measured. Built packages only, so that the process starts as the command does.
import { createWriteStream } from 'node:fs';
import { openClassifier } from '@shroom/classifier';
import { batches, findPhotos } from '@shroom/data/node';
import { extractFeatures } from '@shroom/train';

const [run, folder, out] = process.argv.slice(2);
const photos = [];
for await (const { origin } of findPhotos(folder))
  photos.push({ id: origin.path, label: 0, origin });
const classifier = await openClassifier(run, { engine: 'ort' });
const { model, preprocessing } = classifier;
const how = {
  size: preprocessing.size,
  normalization: preprocessing,
  batchSize: 8,
  fillLast: true,
};
const file = createWriteStream(out);
for await (const { sample, rows } of extractFeatures(photos, {
  batches: missing => batches(missing, how),
  network: images => model.predict(images),
}))
  file.write(`${sample.id},${[...rows[0]].join(',')}\n`);
await new Promise(done => file.end(done));
await classifier.dispose();
process.exit(0);
