/**
 * Compares scores that detect photos unlike the classes of a classifier, by the area below the ROC curve (0.5 for chance).
 * Far: noise, clouds and drawings. Near: a genus that was left out of the training, each genus in turn.
 *
 *     tsx novelty.ts [drawn | folder of photos] [drawn pictures a class]
 */
import '@shroom/backend-ort';
import { normalize, type Photo, plainView, randomStream, splitByClass } from '@shroom/data';
import { batches, openPhotos } from '@shroom/data/node';
import { openDrawn } from '@shroom/drawn/node';
import { classifierHead } from '@shroom/head';
import { resnet50 } from '@shroom/models/node';
import {
  classDistance,
  energy,
  extractFeatures,
  type FeatureSet,
  fit,
  type ImageBatch,
  logitsOf,
  nearestNeighbors,
  probabilities,
  rocArea,
} from '@shroom/train';
import { mean, setBackend, type Tensor4D } from '@tensorflow/tfjs-core';

const [source = 'drawn', count = '20'] = process.argv.slice(2);
await setBackend('ort');
const imageSize = 224;
const backbone = await resnet50({ size: imageSize });
const { channels, preprocessing } = backbone;
const set = source === 'drawn' ? openDrawn(Number(count)) : await openPhotos(source);
const split = splitByClass(set.photos);
const features = await featuresOfPhotos(set.photos);

const far = {
  noise: (random: () => number) => () => random() * 255,
  clouds: (random: () => number) => {
    const waves = Array.from({ length: 18 }, () => random() * 6);
    return (x: number, y: number, c: number) =>
      127 +
      40 * Math.sin((4 * x * waves[c]!) / 3 + waves[c + 3]!) +
      40 * Math.sin(4 * y * waves[c + 6]! + waves[c + 9]!) +
      40 * Math.sin(3 * (x + y) * waves[c + 12]! + waves[c + 15]!);
  },
  drawings: (random: () => number) => {
    const discs = Array.from({ length: 6 }, () => Array.from({ length: 6 }, random));
    return (x: number, y: number, c: number) => {
      const disc = discs.findLast(([a, b, r]) => Math.hypot(x - a!, y - b!) < r! / 3);
      return 255 * (disc ? disc[3 + c]! : discs[0]![3 + c]!);
    };
  },
};
const strange = new Map<string, Float32Array>();
for (const [name, make] of Object.entries(far)) {
  const pictures = Array.from({ length: 40 }, (_, index) => {
    const stream = randomStream('novelty', name, index);
    return make(() => stream.between(0, 1));
  });
  strange.set(name, await featuresOfPictures(pictures));
}
if (source !== 'drawn') {
  strange.set('drawn mushrooms', await featuresOfPhotos(openDrawn(6).photos));
}

const all = [...set.classes.keys()];
const known = await detectors(all);
console.log(`${set.photos.length} photos of ${source}, ResNet50 at ${imageSize}`);
console.log(`| strange | ${Object.keys(known).join(' | ')} |`);
console.log(`|---|${'---|'.repeat(Object.keys(known).length)}`);
const row = (name: string, found: Record<string, number>) =>
  console.log(
    `| ${name} | ${Object.values(found)
      .map(area => area.toFixed(3))
      .join(' | ')} |`,
  );
const ordinary = rowsOf(split.test);
for (const [name, values] of strange) row(name, await areas(known, ordinary, values));
const near: Record<string, number>[] = [];
for (const left of all) {
  const others = all.filter(k => k !== left);
  const ofOthers = split.test.filter(index => set.photos[index]!.label !== left);
  const own = set.photos.flatMap(({ label }, index) => (label === left ? [index] : []));
  near.push(await areas(await detectors(others), rowsOf(ofOthers), rowsOf(own)));
}
const average = (name: string) => near.reduce((sum, each) => sum + each[name]!, 0) / near.length;
row(
  'a genus left out (mean)',
  Object.fromEntries(Object.keys(known).map(name => [name, average(name)])),
);
process.exit(0);

type Score = (features: Float32Array) => Promise<Float64Array>;

/** The scores of a classifier that was trained on some of the classes. */
async function detectors(classes: readonly number[]): Promise<Record<string, Score>> {
  const part = (indices: readonly number[]): FeatureSet => {
    const own = indices.filter(index => classes.includes(set.photos[index]!.label));
    const labels = Int32Array.from(own, index => classes.indexOf(set.photos[index]!.label));
    return { values: rowsOf(own), labels, views: 1, channels };
  };
  const train = part(split.train);
  const head = classifierHead(channels, classes.length);
  const data = { train, validation: part(split.validation), classes: classes.length };
  for await (const { last } of fit(head, data, { epochs: 30 })) if (last) break;
  const logits = (values: Float32Array) => {
    const labels = new Int32Array(values.length / channels);
    return logitsOf(head, { values, labels, views: 1, channels });
  };
  const neighbors = nearestNeighbors(train);
  const distance = classDistance(train, classes.length);
  return {
    'least probability': async values => {
      const rows = probabilities(await logits(values), classes.length);
      return Float64Array.from({ length: rows.length / classes.length }, (_, row) => {
        const own = rows.subarray(row * classes.length, (row + 1) * classes.length);
        return 1 - Math.max(...own);
      });
    },
    energy: async values => energy(await logits(values), classes.length),
    'nearest neighbors': async values => neighbors.score(values),
    'class distance': async values => distance.score(values),
  };
}

async function areas(scores: Record<string, Score>, ordinary: Float32Array, strange: Float32Array) {
  const found: Record<string, number> = {};
  for (const [name, score] of Object.entries(scores)) {
    const [low, high] = [await score(ordinary), await score(strange)];
    found[name] = rocArea([...low.map(() => 0), ...high.map(() => 1)], [...low, ...high]);
  }
  return found;
}

function rowsOf(indices: readonly number[]): Float32Array {
  const rows = new Float32Array(indices.length * channels);
  for (const [row, index] of indices.entries()) {
    rows.set(features.subarray(index * channels, (index + 1) * channels), row * channels);
  }
  return rows;
}

async function featuresOfPhotos(photos: readonly Photo[]): Promise<Float32Array> {
  const samples = photos.map(photo => ({ ...photo, view: plainView }));
  const how = { size: preprocessing.size, normalization: preprocessing, batchSize: 8 };
  return rowsFrom(samples, missing => batches(missing, { ...how, fillLast: true }));
}

type Paint = (x: number, y: number, channel: number) => number;

async function featuresOfPictures(pictures: readonly Paint[]): Promise<Float32Array> {
  const samples = pictures.map(paint => ({ paint }));
  return rowsFrom(samples, async function* (missing) {
    for (const sample of missing) {
      const data = Uint8ClampedArray.from({ length: imageSize * imageSize * 3 }, (_, place) => {
        const spot = Math.floor(place / 3);
        return sample.paint(
          (spot % imageSize) / imageSize,
          Math.floor(spot / imageSize) / imageSize,
          place % 3,
        );
      });
      const images = new Float32Array(data.length);
      normalize(
        { data: new Uint8Array(data), width: imageSize, height: imageSize },
        preprocessing,
        images,
        0,
      );
      yield { images, shape: [1, imageSize, imageSize, 3], samples: [sample] };
    }
  });
}

async function rowsFrom<S extends object>(
  samples: readonly S[],
  batchesOf: (missing: readonly S[]) => AsyncIterable<ImageBatch<S>>,
): Promise<Float32Array> {
  const found = new Float32Array(samples.length * channels);
  for await (const { index, rows } of extractFeatures(samples, {
    batches: batchesOf,
    network: images => mean(backbone.model.predict(images, { batchSize: 8 }) as Tensor4D, [1, 2]),
  }))
    found.set(rows[0]!, index * channels);
  return found;
}
