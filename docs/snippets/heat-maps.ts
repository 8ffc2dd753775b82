import '@tensorflow/tfjs-backend-cpu';
import { normalize } from '@shroom/data';
import { drawMushroom } from '@shroom/drawn';
import { imagenetPreprocessing } from '@shroom/models';
import { tensor4d } from '@tensorflow/tfjs-core';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';

// A network that is small enough to be asked a thousand times in a second, and has learned nothing.
const kernelInitializer = initializers.glorotUniform({ seed: 1 });
const how = {
  kernelSize: 3,
  strides: 2,
  activation: 'relu',
  kernelInitializer,
} as const;
const model = sequential({
  layers: [
    layers.conv2d({ ...how, filters: 8, inputShape: [32, 32, 3] }),
    layers.conv2d({ ...how, filters: 16 }),
    layers.globalAveragePooling2d({}),
    layers.dense({ units: 9, kernelInitializer }),
  ],
});
const drawn = drawMushroom('Amanita', { seed: 9, size: 32 });
const mask = { values: drawn.masks.mushroom, height: 32, width: 32 };
const photo = { data: drawn.pixels, height: 32, width: 32 };
const input = new Float32Array(32 * 32 * 3);
normalize(photo, imagenetPreprocessing([32, 32]), input);
const images = tensor4d(input, [1, 32, 32, 3]);

// #region flat
import { explain, prepareModel } from '@shroom/gradcam';

const parts = prepareModel(model, { link: 'softmax' });
const [explanation] = await explain(parts, images);
if (explanation!.flat)
  console.log(`the map says nothing: ${explanation!.emptiness}`);

// #endregion flat

// #region trust
import { trust } from '@shroom/gradcam/metrics';

const [verdict] = await trust(parts, images, { model });
console.log(
  verdict!.trusted ? 'can be believed' : 'should not be believed',
);
for (const reason of verdict!.reasons) console.log(reason);

// #endregion trust
// #region compare
import { gradCam, layerCam } from '@shroom/gradcam';
import { compare } from '@shroom/gradcam/metrics';

const rows = await compare(
  parts,
  images,
  { gradCam: gradCam(), layerCam: layerCam() },
  { masks: [mask], steps: 4 },
);
for (const { name, baseline, scores } of rows)
  console.log(name, baseline ? '(knows nothing)' : '', scores);
// #endregion compare
