// Does what `npm start` does, but combines the packages directly. Only its output on the terminal comes from `@shroom/classifier`.
import { writeFile } from 'node:fs/promises';
import '@shroom/backend-ort';
import { integer } from '@shroom/classifier/command';
import { normalize, plainView, randomStream, randomView, splitByClass } from '@shroom/data';
import { batches, readPixels } from '@shroom/data/node';
import { openDrawn } from '@shroom/drawn/node';
import { explain, normalizeMap, overlay, resizeMap } from '@shroom/gradcam';
import { encodePng } from '@shroom/gradcam/pictures';
import { attachHead, classifierHead } from '@shroom/head';
import { resnet50 } from '@shroom/models/node';
import { evaluateOn, extractFeatures, fit, logitsOf, recipes } from '@shroom/train';
import { mean, setBackend, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import { Command } from 'commander';
import { fact, heading, runProgram } from './pipeline/terminal';

const command = new Command('npx tsx examples/compose-packages.ts')
  .description('Trains, tests and explains a classifier by combining the packages directly.')
  .option('--drawn <count>', 'drawn photos per class', integer(6), 40)
  .option('--size <pixels>', 'side length of the photos', integer(64), 299)
  .option('--epochs <count>', 'maximum number of epochs in each of two phases', integer(1), 60)
  .option('--json', 'prints the logits of the test photos as JSON on standard output');

await runProgram(async signal => {
  const { drawn, size, epochs, json } = command.parse().opts();
  await setBackend('ort');
  const { photos, classes } = openDrawn(drawn);
  const split = splitByClass(photos, { seed: 0 });

  heading('Features');
  const { model, preprocessing, channels } = await resnet50({ size, signal });
  const how = { size: preprocessing.size, normalization: preprocessing, batchSize: 8, signal };
  const viewOf = (sha256: string, view: number) =>
    view === 0 ? plainView : randomView(randomStream('view', sha256, view));
  // The network is frozen, so each view of a photo goes through it only once.
  const featuresOf = async (indices: readonly number[], views: number) => {
    const labels = Int32Array.from(indices, index => photos[index]!.label);
    const samples = Array.from({ length: indices.length * views }, (_, place) => {
      const photo = photos[indices[Math.floor(place / views)]!]!;
      return { ...photo, view: viewOf(photo.sha256, place % views) };
    });
    const values = new Float32Array(samples.length * channels);
    for await (const { index, rows } of extractFeatures(samples, {
      batches: all => batches(all, { ...how, fillLast: true }),
      network: images => mean(model.predict(images) as Tensor, [1, 2]),
    }))
      values.set(rows[0]!, index * channels);
    return { values, labels, views, channels };
  };
  const train = await featuresOf(split.train, 4);
  const validation = await featuresOf(split.validation, 1);
  const test = await featuresOf(split.test, 1);
  fact('photos', `${split.train.length} for training, ${split.test.length} for the test`);

  heading('Training');
  const head = classifierHead(channels, classes.length, { seed: 0 });
  const { followedBy, ...first } = recipes.reference;
  const next = followedBy.map(phase => ({ ...phase, epochs: Math.min(epochs, phase.epochs) }));
  const data = { train, validation, classes: classes.length };
  for await (const report of fit(head, data, { ...first, epochs, followedBy: next, signal }))
    fact(`epoch ${report.epoch}`, `validation accuracy ${report.validation.accuracy.toFixed(3)}`);

  heading('Test');
  const { accuracy, macroF1 } = await evaluateOn(head, test, classes.length);
  fact('accuracy', `${accuracy.toFixed(3)}, macro-F1 ${macroF1.toFixed(3)}`);
  const ids = split.test.map(index => photos[index]!.id);
  const answers = { photos: ids, logits: [...(await logitsOf(head, test))] };
  if (json) process.stdout.write(`${JSON.stringify(answers)}\n`);

  heading('Where it looked in the first test photo');
  const pixels = await readPixels(photos[split.test[0]!]!.origin, preprocessing.size);
  const input = new Float32Array(3 * size * size);
  normalize(pixels, preprocessing, input);
  const images = tensor4d(input, [1, size, size, 3]);
  const [found] = await explain(attachHead(model, head), images, { link: 'softmax' });
  const picture = overlay(pixels, normalizeMap(resizeMap(found!.map, [size, size])));
  await writeFile('explained.png', await encodePng(picture));
  fact('explained.png', `the places that raised the score of ${classes[found!.classIndex]}`);
});
