import '@tensorflow/tfjs-backend-cpu';
import {
  complex,
  memory,
  slice,
  type Tensor,
  type Tensor4D,
  tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import {
  contrast,
  type ExplainOptions,
  type Explanation,
  explain,
  finer,
  gradCam,
  kpcaCam,
  prepareModel,
  probability,
  rise,
  scoreCam,
  similarity,
  smoothed,
  smoothGradCamPlusPlus,
  type Target,
  tapsOf,
} from '../src/index';
import {
  adcc,
  arcc,
  coherency,
  compare,
  confidenceChange,
  deletion,
  infidelity,
  insertion,
  road,
  sensitivity,
} from '../src/metrics/index';
import { formula, images, network } from './formula';

const whole = network('flat');
const parts = prepareModel(whole, { tap: 'conv2' });
const gone = zeros([1, 8, 8, 3]);
gone.dispose();

describe('requests are checked before the model runs', () => {
  test.each<[string, object, RegExp]>([
    [
      'an option that there is not',
      { layer: 'conv1' },
      /no option 'layer'; its options are method/,
    ],
    ['no rows at a time', { batch: 0, method: scoreCam() }, /batch should be a whole number/],
    ['rows that are not a number', { batch: NaN, method: scoreCam() }, /batch should be/],
    ['a target by its name', { target: 'probability' }, /target should be .*'probability'/],
    ['a target that was not called', { target: contrast }, /target should be/],
    ['no target', { target: null }, /target should be .*null/],
    ['too few rivals', { target: contrast({ against: [0] }) }, /'against' is undefined/],
    ['half a rival', { target: contrast({ against: 0.5 }) }, /'against' is 0.5/],
    [
      'another way to the logits',
      { model: true, logits: 'raw' },
      /logits should be one of 'recovered'/,
    ],
    ['another link', { model: true, link: 'hinge' }, /link should be one of 'softmax'.*'hinge'/],
    ['no class', { classIndex: null }, /classIndex should be .*null/],
    ['a class that is no number', { classIndex: NaN }, /classIndex should be .*NaN/],
    ['another length', { target: similarity([1, 2, 3, 4, 5, 6, 7]) }, /it has 7/],
  ])('%s', async (_, options, words) => {
    const photos = images();
    await explain(parts, photos, { classIndex: 1 });
    const before = memory().numTensors;
    const { model, ...others } = { model: false, ...options };
    const asked = { classIndex: 1, ...others } as ExplainOptions;
    await expect(explain(model ? whole : parts, photos, asked)).rejects.toThrow(words);
    expect(memory().numTensors).toBe(before);
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /undefined came instead/],
    ['numbers', [[1]], /an array came instead/],
    ['tensors', [zeros([8, 8, 3])], /stack\(tensors\)/],
    ['a tensor that is disposed', gone, /disposed already/],
    ['numbers that are not real', complex([[[[1]]]], [[[[1]]]]), /this one is complex64/],
    ['words', tensor([[[['a photo']]]]), /this one is string/],
  ])('%s in the place of images', async (_, given, words) => {
    await expect(explain(parts, given as Tensor)).rejects.toThrow(words);
  });

  test('Finer-CAM knows its variants, and has a rival', () => {
    expect(() => finer({ variant: 'other' as 'pgc' })).toThrow(/'pgc', 'torchcam'/);
    expect(() => finer({ rivals: 0 })).toThrow(RangeError);
  });

  test.each<[string, (value: number) => unknown, number]>([
    ['contrast', strength => contrast({ strength }), 1],
    ['Finer-CAM', strength => finer({ strength }), 1],
    ['RISE', keep => rise({ keep }), 1],
    ['noise', noise => smoothed(gradCam(), { noise }), Infinity],
    ['noise of derivatives', noise => smoothGradCamPlusPlus({ noise }), Infinity],
    ['a kernel function', scale => kpcaCam({ scale }), Infinity],
  ])('%s: a number that is none, or below 0, or too large', (_, make, most) => {
    for (const wrong of [NaN, -0.1, most * 1.1]) expect(() => make(wrong)).toThrow(RangeError);
    expect(make(0.5)).toBeTypeOf('object');
  });
});

test.each<[string, (given: Explanation[]) => unknown, RegExp]>([
  ['bare maps', given => given.map(({ map }) => map), /explanations should be .* values, height/],
  ['one of them', ([first]) => first, /an object with map/],
  ['nothing', () => undefined, /undefined came instead/],
  ['too few', given => given.slice(1), /2 images and 1 explanations/],
])('%s in the place of explanations', async (_, take, words) => {
  const photos = images();
  const given = take(await explain(parts, photos, { classIndex: 1 })) as Explanation[];
  const before = memory().numTensors;
  const options = { target: probability };
  for (const metric of [road, deletion, insertion, confidenceChange, coherency, adcc, arcc])
    await expect(metric(parts, photos, given, options)).rejects.toThrow(words);
  await expect(infidelity(parts, photos, given)).rejects.toThrow(words);
  expect(memory().numTensors).toBe(before);
});

test('metrics refuse requests that do not exist', async () => {
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

test('a sequential model whose last layers change is prepared again', async () => {
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

/** Two convolutions and three classes, whose last activation is exchanged for another. */
function exchanged(from: 'softmax' | 'linear', to: 'sigmoid' | 'softmax' | 'linear') {
  const made = (activation: typeof from | typeof to) =>
    sequential({
      layers: [
        layers.conv2d({ inputShape: [4, 4, 3], filters: 2, kernelSize: 3, activation: 'relu' }),
        layers.flatten(),
        layers.dense({ units: 3, activation }),
      ],
    });
  const model = made(from);
  const other = made(to).layers[2]!;
  return {
    model,
    exchange: () => Reflect.set(model.layers[2]!, 'activation', Reflect.get(other, 'activation')),
  };
}

test.each([
  ['softmax', 'sigmoid'],
  ['softmax', 'linear'],
  ['linear', 'softmax'],
] as const)('a model that ended in %s ends in %s now', async (from, to) => {
  const { model, exchange } = exchanged(from, to);
  const photos = formula([2, 4, 4, 3], 1, 4) as Tensor4D;
  const prepared = prepareModel(model);
  await explain(model, photos);
  await explain(prepared, photos);
  exchange();
  const found = await explain(model, photos);
  const own = await (model.predict(photos) as Tensor).data();
  const reported = found.flatMap(({ probabilities }) => [...probabilities]);
  reported.forEach((value, at) => {
    expect(value).toBeCloseTo(own[at]!, 6);
  });
  expect(found[0]!.target.name).toMatch(to === 'linear' ? /^output$/ : to);
  await expect(explain(prepared, photos)).rejects.toThrow(
    /last activation of the model have changed since/,
  );
  await expect(road(prepared, photos, found)).rejects.toThrow(
    /last activation of the model have changed since/,
  );
});

test('errors recognize a model without layers and a disposed model', async () => {
  await expect(explain(sequential(), zeros([1, 4, 4, 3]))).rejects.toThrow(/no layers yet/);
  expect(() => tapsOf(sequential())).toThrow(/no layers yet/);
  const { model } = exchanged('softmax', 'linear');
  model.dispose();
  await expect(explain(model, zeros([1, 4, 4, 3]))).rejects.toThrow(/is disposed/);
});

test('coherency explains the same class of each image as its map', async () => {
  const photos = images();
  const [first, second] = [0, 1].map(at => slice(photos, [at, 0, 0, 0], [1, 10, 8, 3]));
  const maps = [
    ...(await explain(parts, first!, { classIndex: 1 })),
    ...(await explain(parts, second!, { classIndex: 1, target: contrast({ against: 2 }) })),
  ];
  const [one] = await coherency(parts, first!, maps.slice(0, 1));
  const [two] = await coherency(parts, second!, maps.slice(1));
  const [asLogit] = await coherency(parts, second!, maps.slice(1), { target: maps[0]!.target });
  expect(two!.coherency).not.toBeCloseTo(asLogit!.coherency, 3);
  const before = memory().numTensors;
  const together = await coherency(parts, photos, maps);
  expect(memory().numTensors).toBe(before);
  [one, two].forEach((alone, at) => {
    expect(together[at]!.coherency).toBeCloseTo(alone!.coherency, 5);
  });
});

test('an output with positions along a line is not an output of as many classes', async () => {
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
