import './photos';
// #region train
import { train } from '@shroom/classifier';

// photos/Amanita/0.jpg, photos/Boletus/0.jpg, ...
const run = await train('photos', {
  size: 96, // quick, to try it; without this line photos are seen at 299 pixels
  title: 'Three genera of mushrooms',
  out: 'runs/genera',
});
const { value, low, high } = run.test.accuracy;
console.log(`accuracy ${value}, between ${low} and ${high}`);

// #endregion train
// #region progress
import { resume } from '@shroom/classifier';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
await resume('runs/genera', {
  onProgress: ({ stage, done, total, unit, remaining }) =>
    console.log(stage, `${done}/${total} ${unit}`, remaining),
  onEvent: event => {
    if (event.kind === 'notice') console.warn(event.text);
  },
  signal: stop.signal,
});

// #endregion progress
// #region open
import { openClassifier } from '@shroom/classifier';

const classifier = await openClassifier('runs/genera');
const [answer] = await classifier.predict(['mushroom.jpg']);
const { known, sure, fits, probability } = answer!;
if (!known) console.log('like nothing that it was trained on');
else if (sure) console.log(answer!.class, probability);
else console.log('not sure', fits);

// #endregion open
// #region each
for await (const each of classifier.predictEach('photos'))
  if ('error' in each) console.error(each.photo, each.error.message);
  else console.log(each.photo, each.class, each.probability);

// #endregion each
// #region explain
import { writeFile } from 'node:fs/promises';

const [why] = await classifier.explain(['mushroom.jpg']);
console.log(why!.class, why!.map.height, why!.map.width);
const picture = await why!.toPng({ layout: 'panels' });
await writeFile('explained.png', picture);

// #endregion explain
// #region evaluate
const { accuracy, assessment, unknown } = await classifier.evaluate();
console.log(accuracy, assessment.evaluation.confusion, unknown);

// #endregion evaluate
// #region model
import { readFile } from 'node:fs/promises';
import { decode } from '@shroom/data/node';
import type { Tensor } from '@tensorflow/tfjs-core';

const { model, preprocessing } = classifier;
const bytes = await readFile('mushroom.jpg');
const pixels = await decode(bytes, preprocessing.size);
const images = classifier.imagesOf([pixels]); // [1, 96, 96, 3]
const logits = model.predict(images) as Tensor; // [1, 3]
console.log(logits.shape);
for (const tensor of [images, logits]) tensor.dispose();

// #endregion model
// #region export
await classifier.export('onnx', 'exports/genera.onnx');
await classifier.export('tfjs', 'exports/genera-tfjs');
await classifier.export('transformers', 'exports/genera');
await classifier.export('zip', 'exports/genera.zip');

// #endregion export
// #region close
await classifier.dispose();

// #endregion close
// #region finetune
import { finetune } from '@shroom/classifier';

const { before, after, folder } = await finetune('runs/genera', {
  from: 'layer3', // the last stage that stays as it is
  epochs: 3,
});
console.log(folder, before.accuracy, after.accuracy);
// #endregion finetune
