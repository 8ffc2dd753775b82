import '@tensorflow/tfjs-backend-cpu';
import {
  memory,
  mul,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model as modelOf,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { prepareGraph } from '../src/graph/index';
import {
  capabilities,
  explain,
  factorize,
  fullGrad,
  gradCam,
  hiResCam,
  independentProbability,
  LogitsError,
  logOdds,
  occlusion,
  prepareFunctions,
  prepareModel,
  probability,
  similarity,
  suggestTaps,
  TapError,
  tapsOf,
  withinMask,
} from '../src/index';
import { compare, randomization } from '../src/metrics/index';
import { lastConvolution } from '../src/pictures/index';
import { guidedGradCam } from '../src/unfaithful/index';
import { formula, images, network } from './formula';
import { Graph } from './graph-model';

/** Photographs with two numbers beside them, such as where they were taken; two heads. */
function portsModel(): LayersModel {
  const photo = input({ shape: [10, 8, 3], name: 'photo' });
  const place = input({ shape: [2], name: 'place' });
  const conv = layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', name: 'conv' });
  const map = conv.apply(photo) as SymbolicTensor;
  const pooled = layers.globalAveragePooling2d({}).apply(map) as SymbolicTensor;
  const joined = layers.concatenate().apply([pooled, place]) as SymbolicTensor;
  const genus = layers.dense({ units: 3, activation: 'softmax', name: 'genus' });
  const age = layers.dense({ units: 1, name: 'age' });
  const outputs = [genus.apply(joined), age.apply(joined)] as SymbolicTensor[];
  const result = modelOf({ inputs: [place, photo], outputs });
  result.setWeights([
    formula([3, 3, 3, 4], 2),
    formula([4], 3),
    formula([6, 3], 4, 3),
    formula([3], 5),
    formula([6, 1], 6, 3),
    formula([1], 7),
  ]);
  return result;
}

describe('a model with two inputs and two outputs', () => {
  const place = tensor2d([[0.5, -1]]);

  test('is explained at the image when the other input is given', async () => {
    const model = portsModel();
    const photos = images();
    const before = memory().numTensors;
    const found = await explain(prepareModel(model, { given: { place } }), photos);
    expect(memory().numTensors).toBe(before);
    const [genus] = model.predict([tile(place, [2, 1]), photos]) as Tensor[];
    found.forEach(({ probabilities }, image) => {
      const expected = (genus!.arraySync() as number[][])[image]!;
      expected.forEach((value, k) => {
        expect(probabilities[k]).toBeCloseTo(value, 5);
      });
    });
    const elsewhere = await explain(
      prepareModel(model, { given: { place: tensor2d([[3, 3]]) } }),
      photos,
    );
    expect(elsewhere[0]!.logits).not.toEqual(found[0]!.logits);
  });

  test('is explained for the output that is asked for', async () => {
    const model = portsModel();
    const photos = images();
    const [, age] = model.predict([tile(place, [2, 1]), photos]) as Tensor[];
    const parts = prepareModel(model, { given: { place }, output: 'age' });
    const found = await explain(parts, photos, { classIndex: 0 });
    found.forEach(({ logits }, image) => {
      expect(logits[0]).toBeCloseTo((age!.arraySync() as number[][])[image]![0]!, 5);
    });
  });

  test('names missing inputs and the existing ones', () => {
    const model = portsModel();
    expect(() => prepareModel(model)).toThrow(TapError);
    expect(() => prepareModel(model)).toThrow(
      /2 inputs.*Give values for 'place'.*given: \{ place: tensor/,
    );
    expect(() => prepareModel(model, { given: { place }, output: 'weight' })).toThrow(
      /its outputs are 'genus/,
    );
    expect(() => prepareModel(model, { input: 'picture' })).toThrow(/it has 'place', 'photo'/);
    const twoRows = prepareModel(model, { given: { place: tensor2d([1, 2, 3, 4, 5, 6], [3, 2]) } });
    expect(() => twoRows.forward(images())).toThrow(/1 row, or 2 rows, one per image/);
  });
});

/** The part of `portsModel` that leads to one of its outputs. */
function partOf(whole: LayersModel, output: number): LayersModel {
  return modelOf({ inputs: whole.inputs, outputs: whole.outputs[output]! });
}

describe('functions that read the whole model explain the requested output', () => {
  const given = { place: tensor2d([[0.5, -1]]) };
  const options = { given, output: 'age', classIndex: 0 };

  test('FullGrad', async () => {
    const whole = portsModel();
    const photos = images();
    const maps = async (model: LayersModel, how: object) =>
      (await explain(model, photos, { given, classIndex: 0, method: fullGrad(), ...how }))[0]!;
    const found = await maps(whole, { output: 'age' });
    expect(found.signed).toEqual((await maps(partOf(whole, 1), {})).signed);
    expect(found.signed).not.toEqual((await maps(whole, {})).signed);
    // Wherever it is tapped.
    expect(await maps(whole, { output: 'age', tap: 'photo' })).toEqual(found);
  });

  test('FullGrad, of a region of a segmentation too', async () => {
    const photo = input({ shape: [10, 8, 3] });
    const map = layers.conv2d({ filters: 2, kernelSize: 1, name: 'map' }).apply(photo);
    const model = modelOf({ inputs: photo, outputs: map as SymbolicTensor });
    model.setWeights([formula([1, 1, 3, 2], 2), formula([2], 3)]);
    const mask = {
      values: Float32Array.from({ length: 80 }, (_, i) => Number(i === 17)),
      height: 10,
      width: 8,
    };
    const parts = withinMask(prepareModel(model, { tap: model.inputs[0]!.name }), mask);
    const [found] = await explain(parts, images(), { classIndex: 1, method: fullGrad() });
    // Nothing else than the place that is explained has a gradient; its channels are scaled to 1, and its bias.
    expect([...found!.signed.values].map(value => Math.round(value * 100) / 100)).toEqual(
      Array.from({ length: 80 }, (_, i) => (i === 17 ? 4 : 0)),
    );
  });

  test('FullGrad of a graph or of functions is refused', async () => {
    const parts = prepareFunctions(
      photos => prepareModel(network('flat'), { tap: 'conv2' }).forward(photos).features,
      features => prepareModel(network('flat'), { tap: 'conv2' }).tail(features, []),
      images(),
    );
    await expect(explain(parts, images(), { method: fullGrad() })).rejects.toThrow(
      /biases of a tf.LayersModel/,
    );
  });

  test('only the layers of that output are randomized', async () => {
    const stages = await randomization(portsModel(), portsModel(), images(), {
      ...options,
      stages: 2,
    });
    expect(stages.map(({ layer }) => layer)).toEqual(['age', 'conv']);
  });

  test('rows of a comparison that are not prepared, or are prepared for another output', async () => {
    const whole = portsModel();
    const photos = images();
    const at = { parts: whole, method: gradCam() };
    const rest = { baselines: [], metrics: ['road'] as const, percentiles: [50] };
    const [row] = await compare(whole, photos, { own: at }, { ...options, ...rest });
    const [expected] = await compare(whole, photos, { own: gradCam() }, { ...options, ...rest });
    expect(row!.scores.road).toBe(expected!.scores.road);
    const other = { parts: prepareModel(whole, { given }), method: gradCam() };
    await expect(compare(whole, photos, { other }, { ...options, ...rest })).rejects.toThrow(
      /explains the output 'genus', but the metrics measure 'age'/,
    );
    const pixels = { ...options, tap: 'photo', method: guidedGradCam(other.parts) };
    await expect(explain(whole, photos, pixels)).rejects.toThrow(
      /'age' is explained, but guidedGradCam has 'genus'/,
    );
  });

  test('taps that lead to it', () => {
    const photo = input({ shape: [10, 8, 3], name: 'photo' });
    const heads = ['first', 'second'].map(name => {
      const map = layers.conv2d({ filters: 2, kernelSize: 3, name }).apply(photo);
      return layers.flatten({ name: `${name}Flat` }).apply(map as SymbolicTensor) as SymbolicTensor;
    });
    const model = modelOf({ inputs: photo, outputs: heads });
    expect(tapsOf(model)).toEqual(['first']);
    const second = { output: 'secondFlat' };
    expect(tapsOf(model, second)).toEqual(['second']);
    expect(suggestTaps(model, second).map(({ tap }) => tap)).toEqual(['second']);
    expect(lastConvolution(model, second)).toBe('second');
    expect(prepareModel(model, second).tap).toBe('second');
  });
});

function channelsFirst(): LayersModel {
  const first = { dataFormat: 'channelsFirst' as const };
  const result = sequential({
    layers: [
      layers.conv2d({ ...first, inputShape: [3, 10, 8], filters: 6, kernelSize: 3, name: 'conv1' }),
      layers.reLU({ name: 'relu1' }),
      layers.conv2d({ ...first, filters: 8, kernelSize: 3, strides: 2, name: 'conv2' }),
      layers.permute({ dims: [2, 3, 1] }),
      layers.flatten({ name: 'flat' }),
      layers.dense({ units: 5, name: 'linear' }),
    ],
  });
  result.setWeights(firstWeights());
  return result;
}

function channelsLast(): LayersModel {
  const result = sequential({
    layers: [
      layers.conv2d({ inputShape: [10, 8, 3], filters: 6, kernelSize: 3, name: 'conv1' }),
      layers.reLU({ name: 'relu1' }),
      layers.conv2d({ filters: 8, kernelSize: 3, strides: 2, name: 'conv2' }),
      layers.flatten({ name: 'flat' }),
      layers.dense({ units: 5, name: 'linear' }),
    ],
  });
  result.setWeights(firstWeights());
  return result;
}

const firstWeights = () => [
  formula([3, 3, 3, 6], 2),
  formula([6], 3),
  formula([3, 3, 6, 8], 4),
  formula([8], 5),
  formula([3 * 2 * 8, 5], 6),
  formula([5], 7),
];

describe('channels first', () => {
  const first = () => transpose(images(), [0, 3, 1, 2]);

  test.each([
    ['Grad-CAM', gradCam(), {}],
    ['Grad-CAM of an earlier layer', gradCam(), { tap: 'relu1' }],
    ['FullGrad', fullGrad(), {}],
    ['occlusion', occlusion({ places: 2 }), {}],
  ])('%s is that of channels last', async (_, method, how) => {
    const options = { classIndex: 2, method, ...how };
    const found = await explain(channelsFirst(), first(), options);
    const expected = await explain(channelsLast(), images(), options);
    found.forEach(({ signed }, image) => {
      const other = expected[image]!.signed;
      expect([signed.height, signed.width]).toEqual([other.height, other.width]);
      signed.values.forEach((value, place) => {
        expect(value).toBeCloseTo(other.values[place]!, 4);
      });
    });
  });

  test('factors and capabilities take images as the model does', async () => {
    const found = await factorize(channelsFirst(), first(), { concepts: 2 });
    const expected = await factorize(channelsLast(), images(), { concepts: 2 });
    found.maps[0]![0]!.values.forEach((value, place) => {
      expect(value).toBeCloseTo(expected.maps[0]![0]!.values[place]!, 3);
    });
    expect(await capabilities(channelsFirst(), first())).toEqual({ forward: [], gradient: [] });
  });
});

describe('a model that ends in a sigmoid', () => {
  const sure = (): LayersModel => {
    const result = sequential({
      layers: [
        layers.conv2d({ inputShape: [10, 8, 3], filters: 4, kernelSize: 3, name: 'conv' }),
        layers.globalAveragePooling2d({}),
        layers.dense({ units: 1, activation: 'sigmoid' }),
      ],
    });
    const weights = [[3, 3, 3, 4], [4], [4, 1]].map((shape, i) => formula(shape, i + 2, 3));
    result.setWeights([...weights, tensor1d([40])]);
    return result;
  };

  test('is explained by its logit, whose gradient does not vanish when the model is sure', async () => {
    const [found] = await explain(prepareModel(sure()), images());
    expect(found!.logits[0]).toBeGreaterThan(30);
    expect(found!.probabilities[0]).toBe(1);
    expect(found!.emptiness).not.toBe('zero');
    const odds = await explain(prepareModel(sure()), images(), { target: logOdds });
    expect(odds[0]!.signed).toEqual(found!.signed);
    const vanished = await explain(prepareModel(sure()), images(), { target: probability });
    expect(Math.max(...vanished[0]!.signed.values.map(Math.abs))).toBeLessThan(1e-6);
  });

  test('is found in a graph too', async () => {
    const graph = new Graph([-1, 10, 8, 3]);
    graph.conv('conv', 'images', formula([3, 3, 3, 4], 2), formula([4], 3), 1);
    graph.pool('pool', 'conv', false);
    graph.dense('logits', 'pool', formula([4, 3], 4, 3), formula([3], 5));
    graph.add('scores', 'Sigmoid', ['logits']);
    const model = await graph.model();
    const parts = prepareGraph(model);
    const photos = images();
    const [found] = await explain(parts, photos, { target: independentProbability });
    const own = (model.execute({ images: photos }, 'scores') as Tensor).arraySync() as number[][];
    own[0]!.forEach((value, k) => {
      expect(found!.probabilities[k]).toBeCloseTo(value, 5);
    });
  });
});

test('logits that do not give the model’s own output are refused, and can be taken as they are', async () => {
  const model = sequential({
    layers: [
      layers.conv2d({ inputShape: [10, 8, 3], filters: 4, kernelSize: 3 }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  const last = model.layers.at(-1)!;
  const call = last.call.bind(last);
  last.call = (inputs, options) => mul(call(inputs, options) as Tensor, 0.5);
  const photos = images();
  const before = memory().numTensors;
  await expect(explain(prepareModel(model), photos)).rejects.toThrow(LogitsError);
  await expect(explain(prepareModel(model), photos)).rejects.toThrow(/logits: 'as-is'/);
  expect(memory().numTensors).toBe(before);
  const [taken] = await explain(prepareModel(model, { logits: 'as-is' }), photos);
  expect(taken!.logits.reduce((added, value) => added + value, 0)).toBeCloseTo(0.5, 5);
});

test('two functions are a model too', async () => {
  const whole = prepareModel(network('flat'), { tap: 'conv2' });
  const head = (photos: Tensor) => whole.forward(photos).features;
  const parts = prepareFunctions(head, features => whole.tail(features, []), images());
  expect([parts.channels, parts.classes]).toEqual([8, 5]);
  const [expected] = await explain(whole, images());
  const [found] = await explain(parts, images());
  expect(found!.map).toEqual(expected!.map);
  expect(() =>
    prepareFunctions(
      () => tensor2d([[1]]) as never,
      x => x as never,
      images(),
    ),
  ).toThrow(/the first part should give \[N, h, w, C\]/i);
});

describe('a segmentation model', () => {
  const segmenter = () => {
    const result = sequential({
      layers: [
        layers.conv2d({ inputShape: [10, 8, 3], filters: 4, kernelSize: 3, name: 'conv' }),
        layers.conv2d({ filters: 2, kernelSize: 1, name: 'classes' }),
      ],
    });
    result.setWeights([
      formula([3, 3, 3, 4], 2),
      formula([4], 3),
      formula([1, 1, 4, 2], 4),
      formula([2], 5),
    ]);
    return result;
  };
  const mask = {
    values: Array.from({ length: 8 * 6 }, (_, place) => Number(place < 6)),
    height: 8,
    width: 6,
  };

  test('is explained within a mask: other positions do not count', async () => {
    const model = segmenter();
    const parts = withinMask(prepareModel(model, { tap: 'conv' }), mask);
    const photos = images();
    const before = memory().numTensors;
    const [found] = await explain(parts, photos, { classIndex: 1, method: hiResCam() });
    expect(memory().numTensors).toBe(before);
    const values = (model.predict(photos) as Tensor4D).arraySync()[0]!;
    const total = values[0]!.reduce((added, place) => added + place[1]!, 0);
    expect(found!.logits[1]).toBeCloseTo(total, 4);
    expect(found!.signed.values.slice(6).every(value => value === 0)).toBe(true);
    expect(found!.signed.values.slice(0, 6).every(value => value !== 0)).toBe(true);
  });

  test('needs a mask of its output’s size', () => {
    const parts = withinMask(prepareModel(segmenter(), { tap: 'conv' }), {
      ...mask,
      height: 6,
      width: 8,
    });
    const { features, side } = parts.forward(images());
    expect(() => parts.tail(features, side)).toThrow(
      /\[N, 6, 8, K\]; the model's are \[2, 8, 6, 2\]/,
    );
  });
});

test('an embedding is explained by its similarity to another, whatever its length', async () => {
  const parts = prepareModel(network('flat'), { tap: 'conv2' });
  const reference = [1, -2, 0.5, 0, 3];
  const maps = async (target: ReturnType<typeof similarity>) =>
    (await explain(parts, images(), { target })).map(({ signed }) => signed.values);
  const [first, second] = await maps(similarity(reference));
  const [longer] = await maps(similarity(reference.map(value => 7 * value)));
  longer!.forEach((value, place) => {
    expect(value).toBeCloseTo(first![place]!, 5);
  });
  const each = await maps(similarity([[0, 1, 0, 0, 0], reference]));
  expect(each[1]).toEqual(second);
  expect(each[0]).not.toEqual(first);
});
