import './photos';
import { writeFile } from 'node:fs/promises';
import { handler } from './graph';
import '@shroom/backend-ort';
import { normalize } from '@shroom/data';
import { decode } from '@shroom/data/node';
import { caffePreprocessing } from '@shroom/models';
import { resnet50Classifier } from '@shroom/models/node';
import { setBackend, tensor4d } from '@tensorflow/tfjs-core';

await setBackend('ort');
const size = [224, 224] as const;
const { model, classes } = await resnet50Classifier({ size });
const preprocessing = caffePreprocessing(size);
const photo = await decode('mushroom.jpg', preprocessing);
const input = new Float32Array(224 * 224 * 3);
normalize(photo, preprocessing, input);
const images = tensor4d(input, [1, 224, 224, 3]);

// #region explain
import { explain, prepareModel } from '@shroom/gradcam';

// The model gives logits, whose softmax are its probabilities.
const parts = prepareModel(model, { link: 'softmax' });
const [explanation] = await explain(parts, images);
const { classIndex, probabilities, map, flat } = explanation!;
console.log(
  classes[classIndex],
  probabilities[classIndex],
  `${map.height} x ${map.width}`,
  flat,
);

// #endregion explain
// #region taps
import { suggestTaps } from '@shroom/gradcam';

for (const { tap, height, width, reason } of suggestTaps(model))
  console.log(tap, `${height} x ${width}`, reason);

const finer = prepareModel(model, {
  tap: 'layer3.5.relu',
  link: 'softmax',
});

// #endregion taps
// #region methods
import { hiResCam, layerCam, reciproCam } from '@shroom/gradcam';

const [fine] = await explain(finer, images, { method: layerCam() });
const [forwardOnly] = await explain(parts, images, {
  method: reciproCam(),
});
const [sameBehindPooling] = await explain(parts, images, {
  method: hiResCam(),
});
// #endregion methods
console.log(
  fine!.map.height,
  forwardOnly!.map.height,
  sameBehindPooling!.map.height,
);

// #region contrast
import { contrast } from '@shroom/gradcam';

const agaric = classes.indexOf('agaric');
const bolete = classes.indexOf('bolete');
const [why] = await explain(parts, images, {
  classIndex: agaric,
  target: contrast({ against: bolete }),
});

// #endregion contrast
// #region picture
import { normalizeMap, overlay, resizeMap } from '@shroom/gradcam';
import {
  contoursOf,
  drawContours,
  encodePng,
  signedOverlay,
} from '@shroom/gradcam/pictures';

const heat = normalizeMap(resizeMap(map, size));
const picture = drawContours(
  overlay(photo, heat),
  contoursOf(heat, [0.5, 0.75]),
);
await writeFile('heat-map.png', await encodePng(picture));
await writeFile(
  'why.png',
  await encodePng(signedOverlay(photo, why!.signed)),
);

// #endregion picture

// #region graph
import { suggestGraphTaps } from '@shroom/gradcam/graph';
import { loadGraphModel } from '@tensorflow/tfjs-converter';

const graph = await loadGraphModel(handler); // or the address of a model.json
console.log(suggestGraphTaps(graph).map(({ tap }) => tap));
const [ofGraph] = await explain(graph, images);
// #endregion graph
console.log(ofGraph!.map.height);
