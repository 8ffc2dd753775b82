import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  add,
  cast,
  fill,
  getKernelsForBackend,
  io,
  mean,
  memory,
  mul,
  registerBackend,
  registerKernel,
  removeBackend,
  reshape,
  setBackend,
  slice,
  type Tensor,
  type Tensor4D,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  tile,
  transpose,
  unstack,
  util,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { suggestGraphTaps } from '../src/graph/index';
import {
  contrast,
  dispose,
  EngineError,
  explain,
  finer,
  hiResCam,
  independentProbability,
  LogitsError,
  logit,
  occlusion,
  prepareFunctions,
  prepareModel,
  probability,
  saliency,
  shapleyCam,
  similarity,
  suggestTaps,
  TapError,
  withinMask,
} from '../src/index';
import { confidenceChange, road, trust } from '../src/metrics/index';
import { formula, images, network } from './formula';
import { Graph } from './graph-model';

const kernel = formula([3, 3, 3, 4], 2);
const bias = formula([4], 3);

function small(units: number, activation?: 'softmax' | 'sigmoid', scale = 3): LayersModel {
  const result = sequential({
    layers: [
      layers.conv2d({
        inputShape: [10, 8, 3],
        filters: 4,
        kernelSize: 3,
        activation: 'relu',
        name: 'conv',
      }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units, ...(activation && { activation }) }),
    ],
  });
  result.setWeights([kernel, bias, formula([4, units], 4, scale), formula([units], 5)]);
  return result;
}

/** A graph with the weights of `small(3, 'softmax')`. */
async function graph(
  shape: number[],
  dtype = 'DT_FLOAT',
  before: (g: Graph) => string = () => 'images',
) {
  const g = new Graph(shape, dtype);
  g.conv('conv', before(g), kernel, bias, 1);
  g.add('relu', 'Relu', ['conv']);
  g.pool('pool', 'relu', false);
  g.dense('logits', 'pool', formula([4, 3], 4, 3), formula([3], 5));
  g.add('scores', 'Softmax', ['logits']);
  return g.model();
}

const expected = async (photos: Tensor4D) =>
  (await explain(small(3, 'softmax'), photos, { classIndex: 1, method: hiResCam() }))[0]!;

function expectSame(
  found: { signed: { values: Float32Array }; probabilities: Float32Array },
  other: typeof found,
) {
  for (const pick of [(e: typeof found) => e.signed.values, (e: typeof found) => e.probabilities]) {
    expect(pick(found).length).toBe(pick(other).length);
    pick(found).forEach((value, i) => {
      expect(value).toBeCloseTo(pick(other)[i]!, 4);
    });
  }
}

describe('graphs take images in many ways', () => {
  const options = { classIndex: 1, method: hiResCam() };

  test('whole numbers, as detectors of poses do', async () => {
    const loaded = await graph([-1, 10, 8, 3], 'DT_INT32', g =>
      g.add('floats', 'Cast', ['images'], {
        SrcT: { type: 'DT_INT32' },
        DstT: { type: 'DT_FLOAT' },
      }),
    );
    const whole = cast(mul(images(), 20), 'int32') as Tensor4D;
    const [found] = await explain(loaded, whole, options);
    expectSame(found!, await expected(cast(whole, 'float32')));
    await expect(explain(loaded, images())).rejects.toThrow(
      /takes int32 images; these are float32/,
    );
    const [pixels] = await explain(loaded, whole, { tap: 'images', method: saliency() });
    expect(pixels!.emptiness).toBeUndefined();
    const explanations = await explain(loaded, whole);
    expect((await road(loaded, whole, explanations, { percentiles: [50] }))[0]!.combined).not.toBe(
      0,
    );
  });

  test('channels first', async () => {
    const loaded = await graph([-1, 3, 10, 8], 'DT_FLOAT', g => {
      g.constant('order', tensor1d([0, 2, 3, 1], 'int32'));
      return g.add('last', 'Transpose', ['images', 'order']);
    });
    const first = transpose(images(), [0, 3, 1, 2]);
    const [found] = await explain(loaded, first, options);
    expectSame(found!, await expected(images()));
    await expect(explain(loaded, images())).rejects.toThrow(/takes images \[N, 3, 10, 8\]/);
    const [pixels] = await explain(loaded, first, { tap: 'images', method: saliency() });
    expect([pixels!.map.height, pixels!.map.width]).toEqual([10, 8]);
  });

  test('channels first through the whole graph', async () => {
    const g = new Graph([-1, 3, 10, 8]);
    // An engine in JavaScript adds a bias to the last dimension only.
    g.conv('conv', 'images', kernel, zeros([4]), 1, 'NCHW');
    g.constant('bias', reshape(bias, [1, 4, 1, 1]));
    g.add('relu', 'Relu', [g.add('sum', 'AddV2', ['conv', 'bias'])]);
    g.pool('pool', 'relu', false, [2, 3]);
    g.dense('logits', 'pool', formula([4, 3], 4, 3), formula([3], 5));
    g.add('scores', 'Softmax', ['logits']);
    const loaded = await g.model();
    const first = transpose(images(), [0, 3, 1, 2]);
    for (const tap of ['relu', 'sum']) {
      const [found] = await explain(loaded, first, { ...options, tap });
      expect([found!.map.height, found!.map.width]).toEqual([8, 6]);
      const twin = { ...options, tap: tap === 'relu' ? 'relu' : 'conv' };
      expectSame(found!, (await explain(await graph([-1, 10, 8, 3]), images(), twin))[0]!);
    }
    expect(suggestGraphTaps(loaded)[0]).toMatchObject({ tap: 'relu', height: 8, channels: 4 });
  });

  test('values of other inputs, by any of their names', async () => {
    const g = new Graph([-1, 10, 8, 3]);
    g.add('place', 'Placeholder', [], {
      dtype: { type: 'DT_FLOAT' },
      shape: { shape: { dim: [{ size: '-1' }, { size: '3' }] } },
    });
    g.conv('conv', 'images', kernel, bias, 1);
    g.add('relu', 'Relu', ['conv']);
    g.pool('pool', 'relu', false);
    g.dense('own', 'pool', formula([4, 3], 4, 3), formula([3], 5));
    g.add('scores', 'Softmax', [g.add('logits', 'AddV2', ['own', 'place'])]);
    const port = (name: string) => ({ name: `${name}:0`, dtype: 'DT_FLOAT' });
    const signature = {
      inputs: { photo: port('images'), where: port('place') },
      outputs: { genus: port('scores') },
    };
    const loaded = await g.model({ signature: signature as never });
    const value = tensor2d([[0.5, -1, 2]]);
    const found = [];
    for (const name of ['where', 'place', 'place:0'])
      found.push((await explain(loaded, images(), { ...options, given: { [name]: value } }))[0]!);
    const fed = { images: images(), place: tile(value, [2, 1]) };
    const own = loaded.execute(fed, 'scores') as Tensor;
    expect([...found[0]!.probabilities]).toEqual(
      [...own.dataSync().slice(0, 3)].map(chance => expect.closeTo(chance, 5)),
    );
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
    const named = { given: { where: value }, input: 'photo', output: 'genus' };
    expect(await explain(loaded, images(), { ...options, ...named })).toHaveLength(2);
    await expect(explain(loaded, images(), options)).rejects.toThrow(/Give values for 'place/);
    await expect(
      explain(loaded, images(), { ...options, given: { nowhere: value } }),
    ).rejects.toThrow(/'nowhere' is given, but is not one of the others/);
  });

  test('weights of eight bits', async () => {
    const bytes = Uint8Array.from({ length: 108 }, (_, i) => (i * 37) % 256);
    const [scale, min] = [1 / 255, -0.5];
    const whole = tensor(
      Float32Array.from(bytes, byte => byte * scale + min),
      [3, 3, 3, 4],
    );
    const g = new Graph([-1, 10, 8, 3]);
    g.conv('conv', 'images', whole, bias, 1);
    g.add('relu', 'Relu', ['conv']);
    g.pool('pool', 'relu', false);
    g.dense('logits', 'pool', formula([4, 3], 4, 3), formula([3], 5));
    g.add('scores', 'Softmax', ['logits']);
    const expected = await explain(await g.model(), images(), options);
    const { data, specs } = await io.encodeWeights({ ...g.weights, 'conv/kernel': whole });
    const order = specs.findIndex(({ name }) => name === 'conv/kernel');
    const before = specs
      .slice(0, order)
      .reduce((sum, { shape }) => sum + 4 * util.sizeFromShape(shape), 0);
    const weightData = io.concatenateArrayBuffers([
      data.slice(0, before),
      bytes.buffer,
      data.slice(before + 4 * bytes.length),
    ]);
    const quantization = { dtype: 'uint8' as const, scale, min };
    const weightSpecs = specs.map((spec, at) => (at === order ? { ...spec, quantization } : spec));
    const small = await g.model({ weightSpecs, weightData });
    const found = await explain(small, images(), options);
    found.forEach((each, image) => {
      expectSame(each, expected[image]!);
    });
  });

  test('one at a time, without a batch axis', async () => {
    const loaded = await graph([10, 8, 3], 'DT_FLOAT', g => {
      g.constant('axis', tensor1d([0], 'int32'));
      return g.add('batch', 'ExpandDims', ['images', 'axis']);
    });
    const [photo] = unstack(images()) as Tensor[];
    const [found] = await explain(loaded, photo!, options);
    expectSame(found!, await expected(images()));
    await expect(explain(loaded, images())).rejects.toThrow(/takes images \[10, 8, 3\]/);
  });

  test('one of several outputs, or any node by its name', async () => {
    const g = new Graph([-1, 10, 8, 3]);
    g.conv('conv', 'images', kernel, bias, 1);
    g.add('relu', 'Relu', ['conv']);
    g.pool('pool', 'relu', false);
    g.add('boxes', 'Relu6', ['conv']);
    g.dense('logits', 'pool', formula([4, 3], 4, 3), formula([3], 5));
    g.add('scores', 'Softmax', ['logits']);
    const loaded = await g.model();
    for (const output of ['scores', 'scores:0'])
      expectSame(
        (await explain(loaded, images(), { ...options, output }))[0]!,
        await expected(images()),
      );
    const boxes = explain(loaded, images(), { output: 'boxes', tap: 'relu', classIndex: 0 });
    await expect(boxes).rejects.toThrow(TapError);
    await expect(explain(loaded, images(), { output: 'conv', tap: 'conv' })).rejects.toThrow(
      /'conv' has the shape \[2, 8, 6, 4\].*withinMask.*output: name/,
    );
    await expect(explain(loaded, images())).rejects.toThrow(/'boxes'|\[2, 8, 6, 4\]/);
  });

  test('errors name loops and conditions, and what can be explained instead', async () => {
    const g = new Graph([-1, 10, 8, 3]);
    g.conv('conv', 'images', kernel, bias, 1);
    g.add('loop', 'StatelessWhile', ['conv']);
    const loaded = await g.model();
    await expect(explain(loaded, images(), { output: 'loop' })).rejects.toThrow(
      /'loop', a StatelessWhile.*cannot be differentiated.*'conv'/,
    );
  });

  test('a transformer says that tokens cannot be tapped', async () => {
    const g = new Graph([-1, 10, 8, 3]);
    g.conv('patches', 'images', kernel, bias, 1);
    g.constant('shape', tensor1d([-1, 48, 4], 'int32'));
    g.add('tokens', 'Reshape', ['patches', 'shape']);
    const product = (x: boolean) => ({
      T: { type: 'DT_FLOAT' },
      adj_x: { b: false },
      adj_y: { b: x },
    });
    g.add('alike', 'BatchMatMulV2', ['tokens', 'tokens'], product(true));
    g.add('attention', 'Softmax', ['alike']);
    g.add('mixed', 'BatchMatMulV2', ['attention', 'tokens'], product(false));
    g.constant('axis', tensor1d([1], 'int32'));
    g.add('mean', 'Mean', ['mixed', 'axis'], { T: { type: 'DT_FLOAT' }, keep_dims: { b: false } });
    g.dense('logits', 'mean', formula([4, 3], 4, 3), formula([3], 5));
    const loaded = await g.model();
    await expect(explain(loaded, images())).rejects.toThrow(/continues with tokens.*rise\(\)/);
    await expect(explain(loaded, images(), { tokens: { prefix: 0 } })).rejects.toThrow(
      /A GraphModel takes no tokens. Explain its pixels/,
    );
  });
});

describe('names', () => {
  test('a sequential model is asked for its image by model.inputs[0].name', async () => {
    const fresh = small(3);
    expect(prepareModel(fresh, { tap: fresh.inputs[0]!.name }).tap).toBe(
      fresh.inputs[0]!.sourceLayer.name,
    );
    // TensorFlow.js knows no inputNames of it before its first predict.
    for (const name of ['tap', 'output', 'input'])
      expect(() => prepareModel(fresh, { [name]: undefined } as never)).toThrow(
        /is undefined.*inputs\[0\]\.name/,
      );
    const output = fresh.layers.at(-1)!.name;
    expect(prepareModel(fresh, { output }).output.name).toBe(output);
  });

  test('options of preparation are refused for a prepared model', async () => {
    const parts = prepareModel(small(3));
    await expect(explain(parts, images(), { tap: 'conv' })).rejects.toThrow(
      /already prepared, at 'conv'/,
    );
    await expect(explain({} as never, images())).rejects.toThrow(
      /The first argument should be a model/,
    );
    expect(() => prepareModel({ execute: () => {} } as never)).toThrow(/prepareGraph/);
  });
});

test('a model is prepared once, until it is disposed of', async () => {
  let predicted = 0;
  const counted = small(3, 'softmax');
  const own = counted.predict.bind(counted);
  counted.predict = (...given) => {
    predicted++;
    return own(...given);
  };
  for (let i = 0; i < 3; i++) await explain(counted, images());
  // Held against its own output the first time.
  expect(predicted).toBe(1);
  dispose(counted);
  await explain(counted, images());
  expect(predicted).toBe(2);
});

describe('engines', () => {
  class Half extends MathBackendCPU {
    override floatPrecision(): 16 | 32 {
      return 16;
    }
  }

  /** The engine `cpu` under another name, without some kernels. */
  async function on(name: string, lacking: readonly string[], run: () => Promise<void>) {
    registerBackend(name, () => new Half());
    for (const kernel of getKernelsForBackend('cpu'))
      if (!lacking.includes(kernel.kernelName)) registerKernel({ ...kernel, backendName: name });
    try {
      await setBackend(name);
      await run();
    } finally {
      await setBackend('cpu');
      removeBackend(name);
    }
  }

  test('of sixteen bits may be a hundredth off, others a thousandth', async () => {
    const off = (share: number) => {
      const result = small(3, 'softmax');
      const own = result.predict.bind(result);
      result.predict = (...given) => add(own(...given) as Tensor, share);
      return result;
    };
    await expect(explain(off(0.005), images())).rejects.toThrow(LogitsError);
    expect(await explain(off(0.0005), images())).toHaveLength(2);
    await on('half', [], async () => {
      expect(await explain(off(0.005), images())).toHaveLength(2);
      await expect(explain(off(0.02), images())).rejects.toThrow(LogitsError);
    });
  });

  test('that cannot run a model say which kernel they lack', async () => {
    await on('bare', ['FusedConv2D', '_FusedMatMul'], async () => {
      const [model, photos] = [small(3, 'softmax'), images()];
      const before = memory().numTensors;
      const found = explain(model, photos);
      await expect(found).rejects.toThrow(EngineError);
      await expect(found).rejects.toThrow(
        /on the engine 'bare': it lacks the kernel 'FusedConv2D'/,
      );
      expect(memory().numTensors).toBe(before);
    });
  });
});

test.each([
  ['after the tap', 'conv', 'early'],
  ['after the pooling', 'pooled', 'conv'],
])('batch norms without a scale %s', async (_, place, tap) => {
  const norm = () => layers.batchNormalization({ scale: false, name: 'norm' });
  const result = sequential({
    layers: [
      layers.conv2d({
        inputShape: [10, 8, 3],
        filters: 4,
        kernelSize: 3,
        activation: 'relu',
        name: 'early',
      }),
      layers.conv2d({ filters: 4, kernelSize: 3, name: 'conv' }),
      ...(place === 'conv' ? [norm()] : []),
      layers.globalAveragePooling2d({}),
      ...(place === 'pooled' ? [norm()] : []),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  result.setWeights(
    result
      .getWeights()
      .map(({ shape }, i) => add(formula(shape, i, 0.5), shape.length === 1 ? 1 : 0)),
  );
  const parts = prepareModel(result, { tap });
  const cut = parts.forward(images());
  for (const method of [hiResCam(), shapleyCam()]) {
    const [found] = await explain(parts, images(), { classIndex: 1, method });
    const at = (factor: number) =>
      tidy(() => parts.tail(mul(cut.features, factor) as Tensor4D, cut.side).dataSync()[1]!);
    // Features times gradient sum to how the logit grows with all features; after linear layers Shapley's weights are alike.
    const growth = (at(1.001) - at(0.999)) / 0.002;
    expect(found!.signed.values.reduce((a, b) => a + b, 0)).toBeCloseTo(growth, 1);
    if (tap === 'early') break;
  }
});

test('images are accepted in the form that predict accepts', async () => {
  const fixed = small(3, 'softmax');
  await expect(explain(fixed, transpose(images(), [0, 2, 1, 3]))).rejects.toThrow(
    /takes images \[N, 10, 8, 3\]; these are \[2, 8, 10, 3\]/,
  );
  await expect(explain(fixed, zeros([1, 10, 8, 1]))).rejects.toThrow(/these are \[1, 10, 8, 1\]/);
  await expect(explain(fixed, zeros([10, 8, 3]))).rejects.toThrow(RangeError);
  await expect(explain(fixed, zeros([0, 10, 8, 3]))).rejects.toThrow(/images is empty/);
  const whole = cast(mul(images(), 20), 'int32') as Tensor4D;
  const [found] = await explain(fixed, whole);
  expect([...found!.probabilities]).toEqual(
    [...((fixed.predict(whole) as Tensor).dataSync() as Float32Array).slice(0, 3)].map(value =>
      expect.closeTo(value, 5),
    ),
  );
  const [none] = await explain(fixed, fill([1, 10, 8, 3], Number.NaN));
  expect([none!.emptiness, none!.flat, none!.probabilities[0]]).toEqual([
    'not finite',
    true,
    Number.NaN,
  ]);
});

describe('metrics measure the explained score', () => {
  const half = {
    values: Float32Array.from({ length: 48 }, (_, i) => Number(i < 24)),
    height: 8,
    width: 6,
  };

  test('of sigmoids each by itself', async () => {
    const parts = prepareModel(small(3, 'sigmoid'));
    const found = await explain(parts, images(), { classIndex: 2 });
    expect(found[0]!.target.name).toBe('logit before the sigmoid, watched as probability');
    expect(found[0]!.score).toBeCloseTo(found[0]!.probabilities[2]!, 6);
    const explanations = found.map(each => ({ ...each, map: half }));
    expect(await confidenceChange(parts, images(), explanations)).toEqual(
      await confidenceChange(parts, images(), explanations, { target: independentProbability }),
    );
  });

  test('of a regression, the number itself', async () => {
    const parts = prepareModel(small(1));
    const found = await explain(parts, images());
    const own = (small(1).predict(images()) as Tensor).dataSync();
    found.forEach((each, i) => {
      expect([each.target.name, each.classIndex]).toEqual(['output', 0]);
      expect(each.probabilities[0]).toBeCloseTo(own[i]!, 5);
    });
    expect(await road(parts, images(), found)).toEqual(
      await road(parts, images(), found, { target: logit }),
    );
  });

  test('by trust and by metrics, of a target that was asked for', async () => {
    const model = small(3, 'softmax');
    const target = similarity([1, -2, 0.5]);
    const [verdict] = await trust(model, images(), { target });
    const found = await explain(model, images(), { target });
    const [own] = await road(model, images(), found);
    const [given] = await road(model, images(), found, { target });
    expect(own).toEqual(given);
    expect(verdict!.measured.road.own).toBeCloseTo(own!.combined, 6);
    const [other] = await road(model, images(), found, { target: probability });
    expect(other!.combined).not.toBeCloseTo(own!.combined, 3);
  });

  test('of one sigmoid both classes, by whatever compares them', async () => {
    const yes = small(1, 'sigmoid');
    const mapOf = async (options: object) =>
      (await explain(yes, images(), options))[0]!.signed.values;
    const no = await mapOf({ classIndex: 0 });
    expect([...(await mapOf({ classIndex: 1 }))]).toEqual(
      [...no].map(value => expect.closeTo(-value, 5)),
    );
    for (const target of [contrast(), finer()]) {
      const found = await mapOf({ classIndex: 0, target });
      const factor = found[0]! / no[0]!;
      expect(factor).toBeGreaterThan(0);
      expect([...found]).toEqual([...no].map(value => expect.closeTo(factor * value, 4)));
    }
  });
});

describe('outputs that are no classes', () => {
  test('an embedding is explained by its similarity to a reference', async () => {
    const pooled = sequential({
      layers: [
        layers.conv2d({
          inputShape: [10, 8, 3],
          filters: 4,
          kernelSize: 3,
          activation: 'relu',
          name: 'conv',
        }),
        layers.globalAveragePooling2d({}),
      ],
    });
    await expect(explain(pooled, images())).rejects.toThrow(
      /is an embedding.*similarity\(reference\)/,
    );
    expect(await explain(pooled, images(), { target: similarity([1, 0, 0, 1]) })).toHaveLength(2);
  });

  test.each<[string, ...layers.Layer[]]>([
    ['a dense layer that rectifies', layers.dense({ units: 16, activation: 'relu' })],
    [
      'an activation by itself',
      layers.dense({ units: 16 }),
      layers.activation({ activation: 'elu' }),
    ],
    ['a rectifier by itself', layers.dense({ units: 16 }), layers.leakyReLU({})],
    [
      'dropout after it',
      layers.dense({ units: 16, activation: 'relu6' }),
      layers.dropout({ rate: 0.5 }),
    ],
  ])('features that end in %s are an embedding', async (_, ...ends) => {
    const conv = layers.conv2d({ inputShape: [10, 8, 3], filters: 4, kernelSize: 3 });
    const result = sequential({ layers: [conv, layers.flatten(), ...ends] });
    await expect(explain(result, images())).rejects.toThrow(/is an embedding.*similarity/);
    expect(await explain(result, images(), { classIndex: 1 })).toHaveLength(2);
  });

  test('a single rectified number and numbers of a linear layer are not embeddings', async () => {
    for (const end of [{ units: 1, activation: 'relu' }, { units: 4 }] as const) {
      const conv = layers.conv2d({ inputShape: [10, 8, 3], filters: 4, kernelSize: 3 });
      const result = sequential({ layers: [conv, layers.flatten(), layers.dense(end)] });
      expect(await explain(result, images())).toHaveLength(2);
    }
  });

  test.each<[string, number[]]>([
    ['nothing inside', [0, 0, 0, 0]],
    ['what is no number', [1, NaN, 0, 0]],
    ['a number below 0', [2, -1, 0, 0]],
    ['a place too few', [1, 1, 0]],
  ])('a mask with %s', (_, values) => {
    const parts = prepareModel(network('flat'), { tap: 'conv2' });
    expect(() => withinMask(parts, { values, height: 2, width: 2 })).toThrow(
      /2 x 2 numbers of 0 or more, and something inside/,
    );
  });

  test('an error of a TensorFlow.js layer is explained in words', async () => {
    const video = sequential({
      layers: [
        layers.reshape({ inputShape: [2, 6, 6, 3], targetShape: [12, 6, 3] }),
        layers.conv2d({ filters: 3, kernelSize: 3 }),
        layers.flatten(),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    const films = formula([1, 2, 6, 6, 3], 2);
    expect(await explain(video, films)).toHaveLength(1);
    await expect(explain(video, films, { method: occlusion({ places: 2 }) })).rejects.toThrow(
      EngineError,
    );
  });

  test('a segmentation is explained within a mask, its softmax fused', async () => {
    const result = sequential({
      layers: [
        layers.conv2d({
          inputShape: [10, 8, 3],
          filters: 4,
          kernelSize: 3,
          activation: 'relu',
          name: 'conv',
        }),
        layers.conv2d({ filters: 2, kernelSize: 1, activation: 'softmax' }),
      ],
    });
    await expect(explain(result, images(), { tap: 'conv' })).rejects.toThrow(
      /has the shape \[2, 8, 6, 2\].*withinMask/,
    );
    const mask = {
      values: Array.from({ length: 48 }, (_, i) => Number(i < 12)),
      height: 8,
      width: 6,
    };
    const [found] = await explain(
      withinMask(prepareModel(result, { tap: 'conv' }), mask),
      images(),
    );
    const inside = slice(result.predict(images()) as Tensor4D, [0, 0, 0, 0], [1, 2, 6, 2]);
    const own = mean(inside, [0, 1, 2]).dataSync();
    own.forEach((value, k) => {
      expect(found!.probabilities[k]).toBeCloseTo(value, 5);
    });
  });

  test('probabilities whose softmax is not at the end are recognized', async () => {
    const photo = input({ shape: [10, 8, 3] });
    const map = layers
      .conv2d({ filters: 3, kernelSize: 3, activation: 'softmax', name: 'conv' })
      .apply(photo);
    const averaged = layers
      .globalAveragePooling2d({})
      .apply(map as SymbolicTensor) as SymbolicTensor;
    const odd = model({ inputs: photo, outputs: averaged });
    await expect(explain(odd, images(), { classIndex: 0, tap: 'conv' })).rejects.toThrow(
      /looks like probabilities.*as-is/,
    );
    await expect(explain(odd, images(), { tap: 'conv' })).rejects.toThrow(
      /looks like probabilities/,
    );
    const [taken] = await explain(odd, images(), { classIndex: 0, tap: 'conv', logits: 'as-is' });
    expect(taken!.probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });

  test('heads that are joined: sigmoids are explained, several softmaxes refused', async () => {
    const joined = (activation: 'softmax' | 'sigmoid') => {
      const photo = input({ shape: [10, 8, 3] });
      const map = layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu' }).apply(photo);
      const pooled = layers.globalAveragePooling2d({}).apply(map as SymbolicTensor);
      const heads = [2, 3].map(
        units =>
          layers
            .dense({ units, activation, name: `head${units}${activation}` })
            .apply(pooled as SymbolicTensor) as SymbolicTensor,
      );
      return model({ inputs: photo, outputs: layers.concatenate().apply(heads) as SymbolicTensor });
    };
    const sigmoids = joined('sigmoid');
    const [found] = await explain(sigmoids, images());
    const own = (sigmoids.predict(images()) as Tensor).dataSync().slice(0, 5);
    expect([...found!.probabilities]).toEqual([...own].map(value => expect.closeTo(value, 5)));
    const softmaxes = joined('softmax');
    await expect(explain(softmaxes, images())).rejects.toThrow(
      /'head2softmax', 'head3softmax'.*output: name/,
    );
    expect(
      (await explain(softmaxes, images(), { output: 'head3softmax' }))[0]!.probabilities,
    ).toHaveLength(3);
  });

  test('two functions with one logit are a sigmoid, and are checked against the whole model if it is given', async () => {
    const whole = prepareModel(small(1, 'sigmoid'));
    const parts = (predict?: (x: Tensor4D) => Tensor) =>
      prepareFunctions(
        x => whole.forward(x).features,
        map => whole.tail(map, []),
        images(),
        predict && { predict },
      );
    const own = small(1, 'sigmoid');
    const [found] = await explain(
      parts(x => own.predict(x) as Tensor),
      images(),
    );
    expect(found!.probabilities[0]).toBeCloseTo(
      (own.predict(images()) as Tensor).dataSync()[0]!,
      5,
    );
    const wrong = explain(
      parts(() => tensor2d([[0.1], [0.2]])),
      images(),
    );
    await expect(wrong).rejects.toThrow(/should give the model's own output/);
  });
});

test('a transformer of layers is refused by default and by suggestTaps, and explained at its pixels', async () => {
  const photo = input({ shape: [10, 8, 3], name: 'photo' });
  const patches = layers
    .conv2d({ filters: 4, kernelSize: 2, strides: 2, name: 'patches' })
    .apply(photo);
  const tokens = layers.reshape({ targetShape: [20, 4] }).apply(patches as SymbolicTensor);
  const normed = layers.layerNormalization().apply(tokens as SymbolicTensor);
  const pooled = layers.globalAveragePooling1d().apply(normed as SymbolicTensor);
  const mixer = model({
    inputs: photo,
    outputs: layers.dense({ units: 3 }).apply(pooled as SymbolicTensor) as SymbolicTensor,
  });
  await expect(explain(mixer, images())).rejects.toThrow(
    /After 'patches' this model continues with tokens.*\{ tokens: \{ prefix: 1 \} \}/,
  );
  expect(() => suggestTaps(mixer)).toThrow(TapError);
  expect(await explain(mixer, images(), { tap: 'photo', method: saliency() })).toHaveLength(2);
  expect((await explain(mixer, images(), { tap: 'patches' }))[0]!.map.height).toBe(5);
});
