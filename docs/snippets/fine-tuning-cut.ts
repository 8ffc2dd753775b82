import './photos';
import '@shroom/backend-ort';
import { splitByClass } from '@shroom/data';
import { batches, openPhotos } from '@shroom/data/node';
import { classifierHead } from '@shroom/head';
import { resnet50 } from '@shroom/models/node';
import { setBackend, type Tensor } from '@tensorflow/tfjs-core';

await setBackend('ort');
const set = await openPhotos('photos');
const split = splitByClass(set.photos, { seed: 0 });
const backbone = await resnet50({ size: 64 });
const head = classifierHead(backbone.channels, set.classes.length, {
  seed: 0,
});

// #region cut
import { cutAt } from '@shroom/models';

const cut = cutAt(backbone, 'layer3'); // the last stage that stays as it is
console.log(
  cut.layer,
  cut.shape,
  `${cut.trained.trainableWeights.length} weights learn`,
);

// #endregion cut
// #region maps
import { extractFeatures, type FeatureSource } from '@shroom/train';

/** The feature maps at the cut, computed once. */
async function mapsOf(indices: readonly number[]): Promise<FeatureSource> {
  const samples = indices.map(index => set.photos[index]!);
  const maps: Float32Array[] = [];
  const how = { preprocessing: backbone.preprocessing, batchSize: 1 };
  for await (const { index, rows } of extractFeatures(samples, {
    batches: missing => batches(missing, how),
    network: images => cut.frozen.predict(images) as Tensor,
  }))
    maps[index] = rows[0]!;
  const length = maps[0]!.length;
  return {
    labels: Int32Array.from(samples, ({ label }) => label),
    views: 1,
    shape: cut.shape as number[],
    read: photos => {
      const rows = new Float32Array(photos.length * length);
      Array.from(photos, (photo, row) =>
        rows.set(maps[photo]!, row * length),
      );
      return rows;
    },
  };
}
const train = await mapsOf(split.train);
const validation = await mapsOf(split.validation);

// #endregion maps
// #region fit
import { headOn } from '@shroom/head';
import { fit, recipes } from '@shroom/train';

// The head should have been trained alone before.
const classifier = headOn(cut.trained, head);
const data = { train, validation, classes: set.classes.length };
const recipe = { ...recipes.finetune, epochs: 2, depthOf: cut.depthOf };
for await (const { epoch, trainLoss, validation: scores } of fit(
  classifier,
  data,
  recipe,
))
  console.log(
    `epoch ${epoch}: loss ${trainLoss.toFixed(3)}, ${100 * scores.accuracy} %`,
  );

// #endregion fit
// #region whole
import { attachHead } from '@shroom/head';

// Images to logits; the weights are those that were trained.
const model = attachHead(backbone.model, head);
// #endregion whole
console.log(model.outputs[0]!.shape);
