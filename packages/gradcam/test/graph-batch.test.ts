import '@tensorflow/tfjs-backend-cpu';
import { add, memory, reshape, scalar, slice, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { graphTapsOf, prepareGraph } from '../src/graph/index';
import {
  ablationCam,
  clusteredScoreCam,
  explain,
  gradCam,
  hiResCam,
  integratedGradients,
  occlusion,
  type PreparedModel,
  prepareModel,
  reciproCam,
  saliency,
  scoreCam,
  shapleyCam,
  smoothed,
  TapError,
} from '../src/index';
import { road } from '../src/metrics/index';
import { formula, images } from './formula';
import { Graph } from './graph-model';

const weights = {
  first: formula([3, 3, 3, 6], 2),
  firstBias: formula([6], 3),
  second: formula([1, 1, 6, 6], 4),
  secondBias: formula([6], 5),
  places: formula([6, 6], 8),
  last: formula([8 * 6 * 12, 5], 6),
  lastBias: formula([5], 7),
};

/**
 * A graph that works with its batch size on both sides of a tap: rows of places instead of images, two outputs of one node,
 * something made for each image without looking at any, a shape for the last layer.
 */
function graph(batch = -1) {
  const g = new Graph([batch, 10, 8, 3]);
  g.conv('conv1', 'images', weights.first, weights.firstBias, 1);
  g.add('relu1', 'Relu', ['conv1']);
  const rows = g.rows('rows', 'images');
  g.conv('conv2', 'relu1', weights.second, weights.secondBias, 1);

  // Rows of places in the place of images, which come back as images after the tap.
  g.constant('anyRows', tensor1d([-1, 6], 'int32'));
  g.add('places', 'Reshape', ['relu1', 'anyRows']);
  g.constant('mixing', weights.places);
  const plain = { T: { type: 'DT_FLOAT' }, transpose_a: { b: false }, transpose_b: { b: false } };
  g.add('mixed', 'MatMul', ['places', 'mixing'], plain);
  g.add('tapped', 'Reshape', ['conv2', 'anyRows']);
  g.add('joined', 'AddV2', ['tapped', 'mixed']);
  g.add('map', 'Reshape', ['joined', g.shape('mapShape', rows, [8, 6, 6])]);
  g.add('sum', 'AddV2', ['map', 'relu1']);
  g.add('relu2', 'Relu', ['sum']);
  // Two outputs of one node.
  g.constant('axis', scalar(3, 'int32'));
  g.add('halves', 'Split', ['axis', 'relu1'], {
    T: { type: 'DT_FLOAT' },
    num_split: { i: '2' },
  });
  g.add('both', 'ConcatV2', ['relu2', 'halves', 'halves:1', 'axis'], {
    T: { type: 'DT_FLOAT' },
    N: { i: '3' },
  });
  const flat = g.add('flat', 'Reshape', ['both', g.shape('flatShape', rows, [8 * 6 * 12])]);
  g.dense('scores', flat, weights.last, weights.lastBias);
  g.constant('token', tensor2d([[0.3, 0, -0.2, 0, 0.1]]));
  g.add('tokens', 'Tile', ['token', g.shape('repeats', rows, [1])]);
  g.add('logits', 'AddV2', ['scores', 'tokens']);
  g.add('softmax', 'Softmax', ['logits']);
  return g.model();
}

function twin(): LayersModel {
  const photos = input({ shape: [10, 8, 3], name: 'images' });
  const conv1 = layers.conv2d({ filters: 6, kernelSize: 3, name: 'conv1' });
  const relu1 = layers.reLU({ name: 'relu1' }).apply(conv1.apply(photos)) as SymbolicTensor;
  const conv2 = layers.conv2d({ filters: 6, kernelSize: 1, name: 'conv2' });
  const map = layers.conv2d({ filters: 6, kernelSize: 1, useBias: false, name: 'map' });
  const parts = [conv2.apply(relu1), relu1, map.apply(relu1)] as SymbolicTensor[];
  let x = layers.add({ name: 'sum' }).apply(parts) as SymbolicTensor;
  x = layers.reLU({ name: 'relu2' }).apply(x) as SymbolicTensor;
  x = layers.concatenate().apply([x, relu1]) as SymbolicTensor;
  x = layers.flatten().apply(x) as SymbolicTensor;
  x = layers.dense({ units: 5, activation: 'softmax' }).apply(x) as SymbolicTensor;
  const result = model({ inputs: photos, outputs: x });
  const { first, firstBias, second, secondBias, places, last, lastBias } = weights;
  const bias = add(lastBias, tensor1d([0.3, 0, -0.2, 0, 0.1]));
  result.setWeights([
    first,
    firstBias,
    second,
    secondBias,
    reshape(places, [1, 1, 6, 6]),
    last,
    bias,
  ]);
  return result;
}

const methods = {
  gradCam: gradCam(),
  hiResCam: hiResCam(),
  shapleyCam: shapleyCam(),
  reciproCam: reciproCam(),
  scoreCam: scoreCam(),
  clusteredScoreCam: clusteredScoreCam({ clusters: 4 }),
  ablationCam: ablationCam(),
  occlusion: occlusion({ places: 2 }),
  integratedGradients: integratedGradients({ steps: 3 }),
  smoothed: smoothed(gradCam(), { samples: 2 }),
};

describe('a graph that works with its batch size', () => {
  test.each(['conv1', 'relu1', 'conv2', 'sum', 'relu2'])(
    'has the maps of its twin of layers at %s, with any number of rows after the tap',
    async tap => {
      const [one, other] = [prepareGraph(await graph(), { tap }), prepareModel(twin(), { tap })];
      for (const [name, method] of Object.entries(methods))
        for (const batch of [3, 16]) await expectSame(one, other, { method, batch }, name);
    },
  );

  test('is explained at its images', async () => {
    const one = prepareGraph(await graph(), { tap: 'images' });
    await expectSame(
      one,
      prepareModel(twin(), { tap: 'images' }),
      { method: saliency() },
      'saliency',
    );
  });

  test('passes on values with one row per image, and nothing else', async () => {
    const loaded = await graph();
    const sides = (tap: string) => {
      const cut = prepareGraph(loaded, { tap }).forward(images());
      const shapes = cut.side.map(({ shape }) => shape);
      cut.dispose();
      return shapes;
    };
    expect(sides('conv2')).toEqual([
      [2, 8, 6, 6],
      [2, 10, 8, 3],
    ]);
    expect(sides('relu2')).toEqual([
      [2, 8, 6, 6],
      [2, 10, 8, 3],
    ]);
  });

  test('is measured by metrics, which run it with other batch sizes', async () => {
    const [one, other] = [
      prepareGraph(await graph(), { tap: 'conv2' }),
      prepareModel(twin(), { tap: 'conv2' }),
    ];
    const measure = async (parts: PreparedModel) =>
      (await road(parts, images(), await explain(parts, images()), { batch: 3 })).map(
        ({ combined }) => combined,
      );
    const [own, expected] = [await measure(one), await measure(other)];
    own.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 4);
    });
  });

  test('leaves no tensor behind', async () => {
    const parts = prepareGraph(await graph(), { tap: 'conv2' });
    const photos = images();
    const before = memory().numTensors;
    for (const method of Object.values(methods)) await explain(parts, photos, { method });
    expect(memory().numTensors).toBe(before);
  });
});

describe('a graph made for one image', () => {
  test.each(['relu1', 'conv2', 'relu2'])('takes several one by one at %s', async tap => {
    const loaded = await graph(1);
    const one = prepareGraph(loaded, { tap });
    const photos = images();
    const before = memory().numTensors;
    for (const method of Object.values(methods)) await explain(one, photos, { method });
    expect(memory().numTensors).toBe(before);
    const other = prepareModel(twin(), { tap });
    for (const [name, method] of Object.entries(methods))
      await expectSame(one, other, { method }, name);
  });

  test('has a pooled tail for one image at a time', async () => {
    const pooledGraph = async (batch: number) => {
      const g = new Graph([batch, 10, 8, 3]);
      g.conv('conv1', 'images', weights.first, weights.firstBias, 1);
      g.pool('pool', 'conv1', false);
      g.dense('logits', 'pool', formula([6, 5], 6, 4), weights.lastBias);
      g.add('softmax', 'Softmax', ['logits']);
      return prepareGraph(await g.model());
    };
    const [one, any] = [await pooledGraph(1), await pooledGraph(-1)];
    expect(one.pooled).toBe(true);
    for (const method of [gradCam(), reciproCam()])
      await expectSame(one, any, { method }, 'pooled');
  });
});

describe('errors say what cannot be explained', () => {
  test('a value that the images of a batch share', async () => {
    const g = new Graph([-1, 10, 8, 3]);
    g.conv('conv1', 'images', weights.first, weights.firstBias, 1);
    g.constant('batchAxis', tensor1d([0], 'int32'));
    const keep = { T: { type: 'DT_FLOAT' }, keep_dims: { b: true } };
    g.add('common', 'Mean', ['conv1', 'batchAxis'], keep);
    g.conv('conv2', 'conv1', weights.second, weights.secondBias, 1);
    g.add('difference', 'Sub', ['conv2', 'common']);
    g.pool('pool', 'difference', false);
    g.dense('logits', 'pool', formula([6, 5], 6, 4), weights.lastBias);
    const parts = prepareGraph(await g.model(), { tap: 'conv2' });
    const first = slice(images(), 0, 1);
    expect(parts.forward(first).side.map(({ shape }) => shape)).toEqual([[1, 8, 6, 6]]);
    const before = memory().numTensors;
    expect(() => parts.forward(images())).toThrow(TapError);
    expect(() => parts.forward(images())).toThrow(
      /'common' should have a row for each of 2 images, but its shape is \[1, 8, 6, 6\]/,
    );
    // The images of two calls.
    expect(memory().numTensors - before).toBe(2);
  });

  test('a batch of one size', async () => {
    const loaded = await graph(4);
    expect(() => prepareGraph(loaded, { tap: 'conv2' })).toThrow(/takes only batches of 4 images/);
    expect(graphTapsOf(loaded)).toContain('conv2');
  });

  test('a shape for one image in a graph that says that it takes any number', async () => {
    const g = new Graph([-1, 10, 8, 3]);
    g.conv('conv1', 'images', weights.first, weights.firstBias, 1);
    g.constant('one', tensor1d([1, 8 * 6 * 6], 'int32'));
    g.add('flat', 'Reshape', ['conv1', 'one']);
    g.dense('logits', 'flat', formula([8 * 6 * 6, 5], 6), weights.lastBias);
    const parts = prepareGraph(await g.model(), { tap: 'conv1' });
    const photo = slice(images(), 0, 1);
    const options = { method: reciproCam() };
    await expect(explain(parts, photo, options)).rejects.toThrow(
      /on 16 images at once: .*one at a time, with \{ batch: 1 \}/s,
    );
    const [found] = await explain(parts, photo, { ...options, batch: 1 });
    expect(found!.flat).toBe(false);
  });
});

async function expectSame(
  one: PreparedModel,
  other: PreparedModel,
  options: Parameters<typeof explain>[2],
  name: string,
): Promise<void> {
  const maps = await Promise.all([one, other].map(parts => explain(parts, images(), options)));
  maps[0]!.forEach((explanation, image) => {
    const expected = maps[1]![image]!;
    expect(explanation.classIndex).toBe(expected.classIndex);
    for (const [own, twins] of [
      [explanation.logits, expected.logits],
      [explanation.signed.values, expected.signed.values],
    ] as const) {
      expect(own.length, name).toBe(twins.length);
      own.forEach((value, i) => {
        expect(value, name).toBeCloseTo(twins[i]!, 4);
      });
    }
  });
}
