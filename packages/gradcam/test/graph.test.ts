import '@tensorflow/tfjs-backend-cpu';
import { memory, tensor1d } from '@tensorflow/tfjs-core';
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
  eigenGradCam,
  explain,
  gradCam,
  hiResCam,
  type PreparedModel,
  prepareModel,
  reciproCam,
  scoreCam,
  TapError,
} from '../src/index';
import { formula, images } from './formula';
import { Graph } from './graph-model';

const weights = {
  first: formula([3, 3, 3, 6], 2),
  firstBias: formula([6], 3),
  second: formula([1, 1, 6, 6], 4),
  secondBias: formula([6], 5),
  last: formula([6, 5], 6, 4),
  lastBias: formula([5], 7),
};

/** A convolution, a residual block, global average pooling and a linear layer with a softmax. */
function graph(keepDims = false) {
  const g = new Graph([-1, 10, 8, 3]);
  g.conv('conv1', 'images', weights.first, weights.firstBias, 1);
  g.add('relu1', 'Relu', ['conv1']);
  g.conv('conv2', 'relu1', weights.second, weights.secondBias, 1);
  g.add('add', 'AddV2', ['conv2', 'relu1']);
  g.add('relu2', 'Relu', ['add']);
  let pooled = g.pool('pool', 'relu2', keepDims);
  if (keepDims) {
    g.constant('shape', tensor1d([-1, 6], 'int32'));
    pooled = g.add('squeezed', 'Reshape', ['pool', 'shape']);
  }
  g.dense('logits', pooled, weights.last, weights.lastBias);
  g.add('softmax', 'Softmax', ['logits']);
  g.add('Identity', 'Identity', ['softmax']);
  return g.model();
}

function twin(): LayersModel {
  const photos = input({ shape: [10, 8, 3] });
  const conv1 = layers.conv2d({ filters: 6, kernelSize: 3, name: 'conv1' });
  let x = layers.reLU({ name: 'relu1' }).apply(conv1.apply(photos)) as SymbolicTensor;
  const conv2 = layers.conv2d({ filters: 6, kernelSize: 1, name: 'conv2' });
  x = layers.add({ name: 'add' }).apply([conv2.apply(x) as SymbolicTensor, x]) as SymbolicTensor;
  x = layers.reLU({ name: 'relu2' }).apply(x) as SymbolicTensor;
  x = layers.globalAveragePooling2d({}).apply(x) as SymbolicTensor;
  x = layers.dense({ units: 5, activation: 'softmax' }).apply(x) as SymbolicTensor;
  const result = model({ inputs: photos, outputs: x });
  result.setWeights(Object.values(weights));
  return result;
}

test.each([
  ['Relu', []],
  ['Relu6', ['Identity']],
])('features that end in %s are an embedding', async (op, after) => {
  const g = new Graph([-1, 10, 8, 3]);
  g.conv('conv1', 'images', weights.first, weights.firstBias, 1);
  g.dense('numbers', g.pool('pool', 'conv1', false), weights.last, weights.lastBias);
  [op, ...after].reduce((input, each) => g.add(each, each, [input]), 'numbers');
  const model = await g.model();
  await expect(explain(model, images())).rejects.toThrow(/is an embedding.*similarity/);
  expect(await explain(model, images(), { classIndex: 1 })).toHaveLength(2);
});

describe('a graph model', () => {
  test('lists its feature maps', async () => {
    expect(graphTapsOf(await graph())).toEqual(['conv1', 'relu1', 'conv2', 'add', 'relu2']);
  });

  test.each(['conv1', 'relu1', 'conv2', 'add', 'relu2'])(
    'has the maps of its twin of layers at %s',
    async tap => {
      const [one, other] = [prepareGraph(await graph(), { tap }), prepareModel(twin(), { tap })];
      expect([one.tap, one.channels, one.classes]).toEqual([tap, 6, 5]);
      expect(one.pooled).toBe(other.pooled);
      for (const method of [gradCam(), hiResCam(), eigenGradCam(), reciproCam(), scoreCam()])
        await expectSame(one, other, { method });
    },
  );

  test('takes a pooling that keeps its dimensions', async () => {
    const one = prepareGraph(await graph(true));
    expect([one.tap, one.pooled]).toEqual(['relu2', true]);
    await expectSame(one, prepareModel(twin()), {});
  });

  test('passes on the shortcut around the tap, and nothing else', async () => {
    const parts = prepareGraph(await graph(), { tap: 'conv2' });
    const cut = parts.forward(images());
    expect(cut.side.map(({ shape }) => shape)).toEqual([[2, 8, 6, 6]]);
    cut.dispose();
  });

  test('leaves no tensor behind', async () => {
    const loaded = await graph();
    const photos = images();
    const before = memory().numTensors;
    for (const tap of ['conv2', 'relu2']) {
      const parts = prepareGraph(loaded, { tap });
      for (const method of [gradCam(), reciproCam()]) await explain(parts, photos, { method });
    }
    expect(memory().numTensors).toBe(before);
  });

  test('lists the existing nodes when a node does not exist', async () => {
    const loaded = await graph();
    expect(() => prepareGraph(loaded, { tap: 'conv9' })).toThrow(TapError);
    expect(() => prepareGraph(loaded, { tap: 'conv9' })).toThrow(/'add', 'relu2'/);
  });

  test('asks for the size of the images if the model does not fix it', async () => {
    const g = new Graph([-1, -1, -1, 3]);
    g.conv('conv1', 'images', weights.first, weights.firstBias, 1);
    g.pool('pool', 'conv1', false);
    g.dense('logits', 'pool', weights.last, weights.lastBias);
    const loaded = await g.model();
    expect(() => prepareGraph(loaded)).toThrow(/Give their height and width as 'size'/);
    expect(prepareGraph(loaded, { size: [10, 8] }).pooled).toBe(true);
  });

  test.each([[[-1, 43844, 1]], [[-1, 64]]])(
    'says of %j, sound or rows of numbers, that it is no image',
    async shape => {
      const g = new Graph(shape);
      g.add('relu', 'Relu', ['images']);
      const loaded = await g.model();
      expect(() => prepareGraph(loaded)).toThrow(TapError);
      expect(() => prepareGraph(loaded)).toThrow(
        `'images' takes [${shape.join(', ')}], but heat maps need images`,
      );
    },
  );
});

async function expectSame(
  one: PreparedModel,
  other: PreparedModel,
  options: Parameters<typeof explain>[2],
): Promise<void> {
  const maps = await Promise.all([one, other].map(parts => explain(parts, images(), options)));
  maps[0]!.forEach((explanation, image) => {
    const expected = maps[1]![image]!;
    expect(explanation.classIndex).toBe(expected.classIndex);
    for (const key of ['logits', 'probabilities'] as const)
      expectClose(explanation[key], expected[key]);
    expectClose(explanation.signed.values, expected.signed.values);
  });
}

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 4);
  });
}
