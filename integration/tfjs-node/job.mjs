// The main job on one engine: `job.mjs ENGINE FOLDER TRAINED`. FOLDER holds `photos/` and `convnext_tiny.safetensors`. Trains, fine-tunes, opens,
// predicts and explains in FOLDER/ENGINE-MAJOR; also answers with the classifier in the folder TRAINED, if it is given. Prints one line of JSON.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { finetune, openClassifier, train } from '@shroom/classifier';
import { memory } from '@tensorflow/tfjs-core';

const [engine, folder, trained] = process.argv.slice(2);
const [major] = process.versions.node.split('.');
const photos = join(folder, 'photos');
const out = join(folder, `${engine}-${major}`);
const backbone = join(folder, 'convnext_tiny.safetensors');
const some = readdirSync(photos).flatMap(name =>
  [0, 1, 2].map(index => join(photos, name, `${index}.jpg`)),
);

/** What a classifier says about some photos, and its heat map of the first one. */
async function saidBy(run) {
  const classifier = await openClassifier(run, { engine });
  const probabilities = [];
  for (const photo of some) {
    const [answer] = await classifier.predict(photo);
    probabilities.push(Object.values(answer.probabilities));
  }
  const [why] = await classifier.explain(some[0]);
  const { accuracy } = await classifier.evaluate(undefined, { resamples: 10 });
  await classifier.dispose();
  return { probabilities, map: [...why.map.values], accuracy: accuracy.value };
}

const start = performance.now();
const small = { backbone, architecture: 'convnext_tiny', size: 64, recipe: 'reference', views: 1 };
await train(photos, { ...small, engine, epochs: 8, out });
const tuned = await finetune(out, { engine, epochs: 1 });
const own = await saidBy(tuned.folder);
const seconds = (performance.now() - start) / 1000;
const before = memory().numTensors;
const other = trained ? await saidBy(trained) : own;
console.log(
  JSON.stringify({
    ...{ node: process.versions.node, folder: tuned.folder, own, other, seconds },
    left: memory().numTensors - before,
    gigabytes: process.resourceUsage().maxRSS / 1e6,
  }),
);
process.exit(0);
