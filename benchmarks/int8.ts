/**
 * Measures networks that compute with integers of 8 bits beside the same ones in 32 bits: the time of 8 images in ONNX Runtime, in turns, and
 * the cosines between their averaged features. The ranges of values are those of 32 photos, which the others are not. Leave the machine to it.
 *
 *     npx tsx benchmarks/int8.ts --data photos resnet50 efficientnet_lite0
 */
import { parseArgs } from 'node:util';
import { openOnnx } from '@shroom/backend-ort';
import { batches, openPhotos } from '@shroom/data/node';
import type { Backbone } from '@shroom/models';
import { exportOnnx } from '@shroom/models';
import { calibrateInt8, exportInt8Onnx, foldBatchNorm } from '@shroom/models/int8';
import { loadPretrained } from '@shroom/models/node';
import { dispose, setBackend, type Tensor, tensor, transpose } from '@tensorflow/tfjs-core';
import { layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { intervalOfMedian, median } from './runner/median';
import { say, status } from './runner/terminal';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    photos: { type: 'string', default: '256' },
    rounds: { type: 'string', default: '15' },
    size: { type: 'string', default: '299' },
  },
});
const [photos, rounds, size] = [values.photos, values.rounds, values.size].map(Number);
if (!values.data || positionals.length === 0)
  throw new RangeError('Give --data and names of pretrained networks.');
const [calibrating, imagesAtOnce] = [32, 8];
await setBackend('ort');
const set = await openPhotos(values.data, { copies: 'exact' });
const step = Math.max(1, Math.floor(set.photos.length / (photos! + calibrating)));
const chosen = set.photos.filter((_, place) => place % step === 0);

/** Batches of photos as a network takes them, channels last. */
async function* imagesOf(some: typeof chosen, { preprocessing }: Backbone) {
  const how = { size: preprocessing.size, normalization: preprocessing, batchSize: imagesAtOnce };
  for await (const { images, shape } of batches(some, { ...how, fillLast: true }))
    yield tensor(images, [...shape]);
}

/** A network that ends with the averages of its last feature map, in both precisions. Each takes images and gives features. */
async function bothOf(backbone: Backbone) {
  const average = layers.globalAveragePooling2d({ name: 'average' });
  const [last] = backbone.model.outputs;
  const outputs = average.apply(last!) as SymbolicTensor;
  const folded = foldBatchNorm(model({ inputs: backbone.model.inputs, outputs }));
  const ranges = await calibrateInt8(folded, imagesOf(chosen.slice(0, calibrating), backbone));
  const files = [await exportOnnx(folded), await exportInt8Onnx(folded, ranges)];
  folded.dispose();
  return files.map(bytes => {
    const file = openOnnx(bytes);
    return async (images: Tensor): Promise<[number, Float32Array]> => {
      const channelsFirst = transpose(images, [0, 3, 1, 2]);
      await channelsFirst.data();
      const begin = performance.now();
      const shape = [imagesAtOnce, backbone.channels];
      const [features] = file.run({ images: channelsFirst }, { output: shape });
      const seconds = (performance.now() - begin) / 1000;
      const rows = await features!.data<'float32'>();
      dispose([channelsFirst, features!]);
      return [seconds, rows];
    };
  });
}

function cosine(a: Float32Array, b: Float32Array): number {
  const product = (x: Float32Array, y: Float32Array) =>
    x.reduce((sum, value, k) => sum + value * y[k]!, 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

say('| network | 32 bits | integers | ratio | cosine, mean | cosine, least |');
say('|---|---:|---:|---:|---:|---:|');
for (const name of positionals) {
  const backbone = await loadPretrained(name, { size: size! });
  const [plain, integers] = await bothOf(backbone);
  const [times, cosines]: [number[][], number[]] = [[[], []], []];
  for await (const images of imagesOf(chosen.slice(calibrating), backbone)) {
    const [first, second] = [await plain!(images), await integers!(images)];
    images.dispose();
    for (let row = 0; row < imagesAtOnce; row++) {
      const [from, to] = [row * backbone.channels, (row + 1) * backbone.channels];
      cosines.push(cosine(first[1].subarray(from, to), second[1].subarray(from, to)));
    }
    times[0]!.push(first[0]);
    times[1]!.push(second[0]);
    status(`${name}: ${cosines.length} photos`);
  }
  // The first batch of each compiles, or fills caches.
  const [float32, int8] = times.map(own => own.slice(1, 1 + rounds!));
  const ratios = float32!.map((seconds, round) => seconds / int8![round]!);
  const [low, high] = intervalOfMedian(ratios);
  const mean = cosines.reduce((sum, each) => sum + each, 0) / cosines.length;
  const cells = [name, ...[float32!, int8!].map(own => `${(1000 * median(own)).toFixed(0)} ms`)];
  const ratio = `${median(ratios).toFixed(2)} x (${low.toFixed(2)} to ${high.toFixed(2)})`;
  const least = Math.min(...cosines);
  say(`| ${[...cells, ratio, mean.toFixed(4), least.toFixed(3)].join(' | ')} |`);
  backbone.dispose();
}
process.exit(0);
