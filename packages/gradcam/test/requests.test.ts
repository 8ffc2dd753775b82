import '@tensorflow/tfjs-backend-cpu';
import { memory, type Tensor, type Tensor4D, zeros } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import {
  contrast,
  type ExplainOptions,
  explain,
  finer,
  gradCam,
  prepareModel,
  scoreCam,
  similarity,
  type Target,
} from '../src/index';
import { compare, infidelity, road, sensitivity } from '../src/metrics/index';
import { images, network } from './formula';

const parts = prepareModel(network('flat'), { tap: 'conv2' });
const gone = zeros([1, 8, 8, 3]);
gone.dispose();

describe('what is asked for is checked before the model is asked', () => {
  test.each<[string, object, RegExp]>([
    ['an option that there is not', { layer: 'conv1' }, /no option 'layer'; it has method/],
    ['no rows at a time', { batch: 0, method: scoreCam() }, /batch should be a whole number/],
    ['rows that are not a number', { batch: NaN, method: scoreCam() }, /batch should be/],
    ['a target by its name', { target: 'probability' }, /target should be .*'probability'/],
    ['a target that was not called', { target: contrast }, /target should be/],
    ['no target', { target: null }, /target should be .*null/],
    ['too few rivals', { target: contrast({ against: [0] }) }, /'against' is undefined/],
    ['half a rival', { target: contrast({ against: 0.5 }) }, /'against' is 0.5/],
    ['another length', { target: similarity([1, 2, 3, 4, 5, 6, 7]) }, /it has 7/],
  ])('%s', async (_, options, words) => {
    const photos = images();
    await explain(parts, photos, { classIndex: 1 });
    const before = memory().numTensors;
    const asked = { classIndex: 1, ...options } as ExplainOptions;
    await expect(explain(parts, photos, asked)).rejects.toThrow(words);
    expect(memory().numTensors).toBe(before);
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /undefined came instead/],
    ['numbers', [[1]], /an array came instead/],
    ['tensors', [zeros([8, 8, 3])], /stack\(tensors\)/],
    ['a tensor that is disposed', gone, /disposed already/],
  ])('%s in the place of images', async (_, given, words) => {
    await expect(explain(parts, given as Tensor)).rejects.toThrow(words);
  });

  test('Finer-CAM knows its variants, and has a rival', () => {
    expect(() => finer({ variant: 'other' as 'pgc' })).toThrow(/'pgc', 'torchcam'/);
    expect(() => finer({ rivals: 0 })).toThrow(RangeError);
  });
});

test('metrics do not measure what there is not', async () => {
  const photos = images();
  const found = await explain(parts, photos, { classIndex: 1 });
  const other = found.map(each => ({ ...each, classIndex: 99 }));
  await expect(road(parts, photos, other)).rejects.toThrow(/classIndex should be/);
  await expect(road(parts, photos, found, { percentiles: [150] })).rejects.toThrow(/\[150\]/);
  await expect(road(parts, photos, found, { percentiles: [] })).rejects.toThrow(RangeError);
  await expect(road(parts, photos, found, { batch: 0 })).rejects.toThrow(/batch/);
  await expect(
    road(parts, photos, found, { target: 'logit' as unknown as Target }),
  ).rejects.toThrow(/target should be/);
  await expect(sensitivity(parts, photos, { samples: 0 })).rejects.toThrow(/samples/);
  await expect(infidelity(parts, photos, found, { samples: 0 })).rejects.toThrow(/samples/);
  await expect(
    compare(parts, photos, { gradCam: gradCam() }, { metrics: ['raod' as 'road'] }),
  ).rejects.toThrow(/raod/);
});

test('a sequential model that has another end is prepared anew', async () => {
  const model = sequential({
    layers: [
      layers.conv2d({ inputShape: [4, 4, 3], filters: 2, kernelSize: 3 }),
      layers.flatten(),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  const photos = zeros([1, 4, 4, 3]) as Tensor4D;
  const [before] = await explain(model, photos);
  expect(before!.probabilities.length).toBe(3);
  model.pop();
  model.add(layers.dense({ units: 5, activation: 'softmax' }));
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  const [after] = await explain(model, photos);
  expect([...after!.probabilities]).toEqual(new Array(5).fill(expect.closeTo(0.2, 5)));
});

test('an output that is one line of places is none of so many classes', async () => {
  const model = sequential();
  const early = { name: 'early', filters: 4, kernelSize: 3 };
  model.add(layers.conv2d({ inputShape: [5, 10, 3], ...early }));
  model.add(layers.conv2d({ kernelSize: 3, filters: 1, activation: 'sigmoid' }));
  expect(model.outputs[0]!.shape).toEqual([null, 1, 6, 1]);
  await expect(explain(model, zeros([1, 5, 10, 3]), { tap: 'early' })).rejects.toThrow(
    /\[1, 1, 6, 1\].*withinMask/,
  );
  model.dispose();
});
