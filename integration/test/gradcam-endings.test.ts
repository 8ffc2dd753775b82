import '@shroom/backend-ort';
import { explain, hiResCam, prepareModel } from '@shroom/gradcam';
import '@tensorflow/tfjs-backend-cpu';
import {
  memory,
  reshape,
  setBackend,
  type Tensor,
  type Tensor4D,
  tensor1d,
} from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { formula } from '../../packages/gradcam/test/formula';
import { Graph } from '../../packages/gradcam/test/graph-model';

// These numbers are computed before any test chooses an engine.
await setBackend('cpu');

const [size, channels, classes] = [6, 4, 3];
const filters = { kernel: formula([3, 3, 3, channels], 2), bias: formula([channels], 3) };
/** Large weights, so that the models are confident. */
const last = { kernel: formula([channels, classes], 4, 40), bias: formula([classes], 5) };
const one = { kernel: formula([channels, 1], 4, 40), bias: formula([1], 5) };
const photos = () => formula([2, size, size, 3], 7) as Tensor4D;

const apply = (layer: { apply(x: never): unknown }, x: SymbolicTensor | SymbolicTensor[]) =>
  layer.apply(x as never) as SymbolicTensor;
const act = (activation: 'softmax' | 'sigmoid' | 'linear' | 'logSoftmax', x: SymbolicTensor) =>
  apply(layers.activation({ activation: activation as never }), x);
const dense = (x: SymbolicTensor, activation?: string, units = classes) =>
  apply(layers.dense({ units, ...(activation && { activation: activation as never }) }), x);
const places = (x: SymbolicTensor) => apply(layers.reshape({ targetShape: [1, 1, channels] }), x);
const scores = (x: SymbolicTensor, activation?: string) =>
  apply(
    layers.conv2d({
      filters: classes,
      kernelSize: 1,
      ...(activation && { activation: activation as never }),
    }),
    places(x),
  );
const flat = (x: SymbolicTensor) => apply(layers.flatten(), x);
const shaped = (x: SymbolicTensor, ...targetShape: number[]) =>
  apply(layers.reshape({ targetShape }), x);

/** Ways from pooled features to an output. All have the same logits. */
const endings: Record<string, (pooled: SymbolicTensor) => SymbolicTensor> = {
  'a dense softmax': x => dense(x, 'softmax'),
  'a softmax layer': x => apply(layers.softmax(), dense(x)),
  'softmax, reshape as MobileNet v1': x => shaped(act('softmax', scores(x)), classes),
  'softmax, flatten': x => flat(act('softmax', scores(x))),
  'a softmax fused into a convolution': x => flat(scores(x, 'softmax')),
  'softmax, dropout, linear': x =>
    act('linear', apply(layers.dropout({ rate: 0.5 }), dense(x, 'softmax'))),
  'softmax, permute': x =>
    flat(apply(layers.permute({ dims: [2, 1] }), shaped(dense(x, 'softmax'), classes, 1))),
  'an output with places of one': x => scores(x, 'softmax'),
  sigmoids: x => dense(x, 'sigmoid'),
  'sigmoids, reshape': x => shaped(act('sigmoid', scores(x)), classes),
  'sigmoids fused into a convolution': x => flat(scores(x, 'sigmoid')),
  'logarithms of probabilities': x => act('logSoftmax', dense(x)),
  numbers: x => dense(x),
};

function layersModel(end: (pooled: SymbolicTensor) => SymbolicTensor): LayersModel {
  const images = input({ shape: [size, size, 3] });
  const conv = layers.conv2d({ filters: channels, kernelSize: 3, activation: 'relu', name: 'tap' });
  const pooled = apply(layers.globalAveragePooling2d({}), apply(conv, images));
  const result = model({ inputs: images, outputs: end(pooled) });
  const [, , kernel, bias] = result.getWeights();
  result.setWeights([
    filters.kernel,
    filters.bias,
    reshape(last.kernel, kernel!.shape),
    reshape(last.bias, bias!.shape),
  ]);
  return result;
}

/** The maps of HiResCAM for features `[N, h, w, C]`, by finite differences of the logit in JavaScript. */
function byDifferences(
  features: Tensor4D,
  weights: typeof last,
  column: number,
  sign = 1,
): number[] {
  const [count, height, width, depth] = features.shape;
  const values = Array.from(features.dataSync());
  const [kernel, bias] = [weights.kernel.dataSync(), weights.bias.dataSync()];
  const columns = weights.bias.size;
  const area = height * width;
  const logit = (of: readonly number[], image: number) => {
    let total = bias[column]!;
    for (let i = 0; i < area * depth; i++)
      total += (of[image * area * depth + i]! * kernel[(i % depth) * columns + column]!) / area;
    return sign * total;
  };
  return Array.from({ length: count * area }, (_, place) => {
    let total = 0;
    for (let k = 0; k < depth; k++) {
      const moved = (by: number) =>
        values.map((value, i) => (i === place * depth + k ? value + by : value));
      const image = Math.floor(place / area);
      total +=
        (values[place * depth + k]! * (logit(moved(1), image) - logit(moved(-1), image))) / 2;
    }
    return total;
  });
}

const featuresOf = () => {
  const cut = prepareModel(layersModel(endings.numbers!), { tap: 'tap' }).forward(photos());
  return cut.features;
};

function expectNear(found: ArrayLike<number>, expected: ArrayLike<number>, share = 1e-4): void {
  const most = Math.max(1e-3, ...Array.from(expected, Math.abs));
  expect(found.length).toBe(expected.length);
  Array.from(found).forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThan(share * most);
  });
}

/** Checks that the reported values are the model's own, and that the map is that of the logits. */
async function expectRight(
  explained: LayersModel | Awaited<ReturnType<Graph['model']>>,
  own: Tensor,
  weights = last,
) {
  for (const classIndex of weights === one ? [0, 1] : [0, 2]) {
    const images = photos();
    const options = { classIndex, method: hiResCam(), tap: 'tap' };
    const found = await explain(explained, images, options);
    const before = memory().numTensors;
    await explain(explained, images, options);
    expect(memory().numTensors).toBe(before);
    const probabilities = found.flatMap(each => [...each.probabilities]);
    expectNear(probabilities, own.dataSync());
    const [column, sign] = weights === one ? [0, classIndex === 1 ? 1 : -1] : [classIndex, 1];
    const maps = found.flatMap(({ signed }) => [...signed.values]);
    expectNear(maps, byDifferences(featuresOf(), weights, column, sign));
  }
}

describe.each(['cpu', 'ort'])('on %s', engine => {
  beforeAll(async () => {
    await setBackend(engine);
  });

  test.each(Object.entries(endings))('a model of layers that ends in %s', async (_, end) => {
    const explained = layersModel(end);
    await expectRight(explained, explained.predict(photos()) as Tensor);
  });

  const binary = () => {
    const result = sequential({
      layers: [
        layers.conv2d({
          inputShape: [size, size, 3],
          filters: channels,
          kernelSize: 3,
          activation: 'relu',
          name: 'tap',
        }),
        layers.globalAveragePooling2d({}),
        layers.dense({ units: 1, activation: 'sigmoid' }),
      ],
    });
    result.setWeights([filters.kernel, filters.bias, one.kernel, one.bias]);
    return result;
  };

  test('one sigmoid is two classes, "no" and "yes"', async () => {
    await expectRight(binary(), binary().predict(photos()) as Tensor, one);
    const found = await explain(binary(), photos());
    found.forEach(({ classIndex, probabilities, score }) => {
      expect(classIndex).toBe(Number(probabilities[0]! > 0.5));
      expect(score).toBeCloseTo(classIndex === 1 ? probabilities[0]! : 1 - probabilities[0]!, 5);
    });
  });

  test('sequential models in a sequential model, as Teachable Machine has them', async () => {
    const whole = binary();
    const head = sequential({ layers: whole.layers.slice(0, 1) as never });
    const tail = sequential({
      layers: [
        layers.inputLayer({ inputShape: [4, 4, channels] }),
        ...whole.layers.slice(1),
      ] as never,
    });
    const nested = sequential({ layers: [head, tail] });
    await expectRight(nested, nested.predict(photos()) as Tensor, one);
  });

  const graphEndings: Record<string, (g: Graph) => string> = {
    'a softmax': g => g.add('out', 'Softmax', ['logits']),
    'softmax, identity': g => g.add('out', 'Identity', [g.add('p', 'Softmax', ['logits'])]),
    'softmax, reshape': g => {
      g.constant('wide', tensor1d([-1, 1, 1, classes], 'int32'));
      g.constant('narrow', tensor1d([-1, classes], 'int32'));
      g.add('p', 'Softmax', [g.add('w', 'Reshape', ['logits', 'wide'])]);
      return g.add('out', 'Reshape', ['p', 'narrow']);
    },
    'exponentials and a division': g => {
      g.constant('axis', tensor1d([1], 'int32'));
      const kept = { T: { type: 'DT_FLOAT' }, keep_dims: { b: true } };
      g.add('most', 'Max', ['logits', 'axis'], kept);
      g.add('e', 'Exp', [g.add('shifted', 'Sub', ['logits', 'most'])]);
      return g.add('out', 'RealDiv', ['e', g.add('total', 'Sum', ['e', 'axis'], kept)]);
    },
    sigmoids: g => g.add('out', 'Sigmoid', ['logits']),
    'sigmoids that are written out': g => {
      g.constant('one', tensor1d([1]));
      g.add('e', 'Exp', [g.add('n', 'Neg', ['logits'])]);
      return g.add('out', 'RealDiv', ['one', g.add('sum', 'AddV2', ['one', 'e'])]);
    },
    'a fused sigmoid': g => {
      g.constant('k', last.kernel);
      g.constant('b', last.bias);
      return g.add('out', '_FusedMatMul', ['pool', 'k', 'b'], {
        T: { type: 'DT_FLOAT' },
        fused_ops: { list: { s: [btoa('BiasAdd'), btoa('Sigmoid')] } },
        num_args: { i: '1' },
        transpose_a: { b: false },
        transpose_b: { b: false },
      });
    },
    'logarithms of probabilities': g => g.add('out', 'LogSoftmax', ['logits']),
    numbers: g => g.add('out', 'Identity', ['logits']),
  };

  test.each(Object.entries(graphEndings))('a graph that ends in %s', async (name, end) => {
    const g = new Graph([-1, size, size, 3]);
    g.conv('conv', 'images', filters.kernel, filters.bias, 1);
    g.add('tap', 'Relu', ['conv']);
    g.pool('pool', 'tap', false);
    if (!name.includes('fused')) g.dense('logits', 'pool', last.kernel, last.bias);
    const output = end(g);
    const explained = await g.model();
    const wanted = explained.execute({ images: photos() }, output) as Tensor;
    await expectRight(explained, wanted);
  });
});
