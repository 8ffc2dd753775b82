import './photos';
import '@shroom/backend-ort';
import { drawMushroom, normalise } from '@shroom/data';
import { caffePreprocessing } from '@shroom/models';
import { resnet50Classifier } from '@shroom/models/node';
import { setBackend, tensor4d } from '@tensorflow/tfjs-core';

await setBackend('ort');
const size = [64, 64] as const;
const { model, classes } = await resnet50Classifier({ size });
const drawn = drawMushroom('Amanita', { seed: 9, size: 64 });
const photo = { data: drawn.pixels, height: 64, width: 64 };
const mask = { values: drawn.masks.mushroom, height: 64, width: 64 };
const input = new Float32Array(64 * 64 * 3);
normalise(photo, caffePreprocessing(size), input);
const images = tensor4d(input, [1, 64, 64, 3]);

// #region flat
import { explain, split } from '@shroom/gradcam';

const parts = split(model);
const [explanation] = await explain(parts, images);
if (explanation!.flat) console.log(`the map says nothing: ${explanation!.emptiness}`);
// #endregion flat
console.log(classes[explanation!.classIndex]);

// #region trust
import { trust } from '@shroom/gradcam/metrics';

const [verdict] = await trust(parts, images, { model });
console.log(verdict!.trusted ? 'can be believed' : 'should not be believed');
for (const reason of verdict!.reasons) console.log(reason);

// #endregion trust
// #region compare
import { gradCam, layerCam } from '@shroom/gradcam';
import { compare } from '@shroom/gradcam/metrics';

const rows = await compare(parts, images, { gradCam, layerCam }, { masks: [mask], steps: 4 });
for (const { name, baseline, scores } of rows)
  console.log(name, baseline ? '(knows nothing)' : '', scores);
// #endregion compare
