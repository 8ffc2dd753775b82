import './photos';
import { writeFile } from 'node:fs/promises';
import '@shroom/backend-ort';
// #region open
import { splitByClass } from '@shroom/data';
import { batches, inspect, openPhotos } from '@shroom/data/node';

const set = await openPhotos('photos'); // photos/Amanita/0.jpg, photos/Boletus/0.jpg, ...
for (const { subject, reason } of set.findings)
  console.log(subject, reason);

const { concerns } = await inspect(set);
for (const { kind, subject, reason } of concerns)
  console.log(kind, subject, reason);

// Pictures that are nearly the same stay together: a test photo must not have a twin in training.
for (const { kind, photos } of set.copies ?? [])
  console.log(kind, photos.join(', '));
const split = splitByClass(set.photos, { seed: 0 });
console.log(split.train.length, split.validation.length, split.test.length);

// #endregion open
// #region features
import { resnet50 } from '@shroom/models/node';
import { extractFeatures, type FeatureSet } from '@shroom/train';
import { mean, setBackend, type Tensor } from '@tensorflow/tfjs-core';

await setBackend('ort');
const backbone = await resnet50({ size: 96 });
const { size } = backbone.preprocessing;

/** Pooled features of some photos; threads decode and normalize while the network computes. */
async function featuresOf(indices: readonly number[]): Promise<FeatureSet> {
  const samples = indices.map(index => set.photos[index]!);
  const values = new Float32Array(samples.length * backbone.channels);
  for await (const { index, rows } of extractFeatures(samples, {
    batches: missing =>
      batches(missing, {
        preprocessing: backbone.preprocessing,
        batchSize: 8,
        fillLast: true, // The last batch too is computed as eight.
      }),
    network: images =>
      mean(backbone.model.predict(images) as Tensor, [1, 2]),
  }))
    values.set(rows[0]!, index * backbone.channels);
  const labels = Int32Array.from(samples, ({ label }) => label);
  return {
    values,
    labels,
    views: 1,
    channels: backbone.channels,
  };
}
const train = await featuresOf(split.train);
const validation = await featuresOf(split.validation);
const test = await featuresOf(split.test);

// #endregion features
// #region fit
import { classifierHead } from '@shroom/head';
import { evaluateOn, fit } from '@shroom/train';
import { loadCheckpoint, saveCheckpoint } from '@shroom/train/node';

const classes = set.classes.length;
const head = classifierHead(backbone.channels, classes, { seed: 0 });
const options = { epochs: 20, batchSize: 8, seed: 0 };
for await (const report of fit(
  head,
  { train, validation, classes },
  options,
)) {
  if (report.best)
    await saveCheckpoint('best.safetensors', head, {
      epoch: `${report.epoch}`,
    });
  const accuracy = (100 * report.validation.accuracy).toFixed(0);
  console.log(
    `epoch ${report.epoch}: loss ${report.trainLoss.toFixed(3)}, ${accuracy} %`,
  );
}
// #endregion fit
// #region evaluate
await loadCheckpoint('best.safetensors', head);
const { accuracy, macroF1, confusion } = await evaluateOn(
  head,
  test,
  classes,
);
console.log(
  `of ${test.labels.length} test photos ${(100 * accuracy).toFixed(0)} % are right`,
);
console.log(`macro-F1 ${macroF1.toFixed(2)}`);
console.table(confusion);

import { normalize } from '@shroom/data';
import { readPixels } from '@shroom/data/node';
import { explain, normalizeMap, overlay, resizeMap } from '@shroom/gradcam';
import { encodePng } from '@shroom/gradcam/pictures';
// #endregion evaluate
// #region explain
import { attachHead } from '@shroom/head';
import { tensor4d } from '@tensorflow/tfjs-core';

const model = attachHead(backbone.model, head);
const photo = await readPixels(
  set.photos[split.test[0]!]!.origin,
  backbone.preprocessing,
);
const input = new Float32Array(size[0] * size[1] * 3);
normalize(photo, backbone.preprocessing, input);
const [explanation] = await explain(
  model,
  tensor4d(input, [1, size[0], size[1], 3]),
  { link: 'softmax' }, // the model gives logits
);
console.log(set.classes[explanation!.classIndex]);
await writeFile(
  'explained.png',
  await encodePng(
    overlay(photo, normalizeMap(resizeMap(explanation!.map, size))),
  ),
);
// #endregion explain
