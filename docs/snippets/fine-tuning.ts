import './photos';
import '@shroom/backend-ort';
import { batches, openPhotos } from '@shroom/data/node';
import { classifierHead } from '@shroom/head';
import { resnet50 } from '@shroom/models/node';
import {
  oneHot,
  setBackend,
  type Tensor2D,
  tensor1d,
  tensor4d,
} from '@tensorflow/tfjs-core';

await setBackend('ort');
const set = await openPhotos('photos');
const backbone = await resnet50({ size: 64 });
const head = classifierHead(backbone.channels, set.classes.length, {
  seed: 0,
});

// #region freeze
import { attachHead } from '@shroom/head';
import { freezeThrough } from '@shroom/models';

// Stem to layer3 keep their weights; layer4 learns.
freezeThrough(backbone, 'layer3');
const model = attachHead(backbone.model, head);
console.log(
  model.trainableWeights.length,
  'of',
  model.weights.length,
  'weights learn',
);

// #endregion freeze
// #region train
import { losses, train } from '@tensorflow/tfjs-core';

// Small steps: the weights are good already.
const optimizer = train.adam(1e-5);
for (let epoch = 0; epoch < 2; epoch++) {
  for await (const batch of batches(set.photos, {
    preprocessing: backbone.preprocessing,
    transforms: [{ name: 'flipAndRotate' }],
    batchSize: 8,
    shuffle: true,
    epoch,
  })) {
    const images = tensor4d(batch.images, batch.shape);
    const labels = oneHot(
      tensor1d(batch.labels, 'int32'),
      set.classes.length,
    );
    const loss = optimizer.minimize(() => {
      const logits = model.apply(images, { training: true }) as Tensor2D;
      return losses.softmaxCrossEntropy(labels, logits);
    }, true)!;
    console.log(
      `epoch ${epoch}: loss ${(await loss.data())[0]!.toFixed(3)}`,
    );
    for (const each of [images, labels, loss]) each.dispose();
  }
}
// #endregion train
