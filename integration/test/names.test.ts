import '@shroom/backend-ort';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attachHead, classifierHead, headOn } from '@shroom/head';
import {
  type ArchitectureName,
  architectures,
  checkpointOf,
  cutAt,
  exportOnnx,
  findArchitecture,
  foldBatchNorm,
  loadWeights,
  ownDialect,
  readTfjsWeights,
  registerLayers,
  tfjsArtifacts,
} from '@shroom/models';
import { openSafetensors, writeSafetensors } from '@shroom/models/node';
import { Adam, fit, type Trainable } from '@shroom/train';
import { fitWithCheckpoints, loadCheckpoint, saveCheckpoint } from '@shroom/train/node';
import {
  dispose,
  io,
  memory,
  randomUniform,
  setBackend,
  type Tensor,
  tensor,
  tidy,
  transpose,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  loadLayersModel,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let folder: string;
beforeAll(async () => {
  await setBackend('ort');
  registerLayers();
  folder = await mkdtemp(join(tmpdir(), 'shroom-names-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Fills a network with distinct weights in a range in which the network still works. */
function fill(network: LayersModel): void {
  let state = 1;
  for (const weight of network.weights) {
    const isScale = /gamma|variance|scale/.test(weight.originalName);
    const shape = weight.shape as number[];
    const values = new Float32Array(shape.reduce((product, side) => product * side, 1));
    for (let index = 0; index < values.length; index++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      values[index] = (isScale ? 1 : 0) + (0.05 * state) / 2 ** 31;
    }
    const value = tensor(values, shape);
    weight.write(value);
    value.dispose();
  }
}

/** A hash of each weight. */
function weightsOf(network: LayersModel): Promise<string[]> {
  return Promise.all(
    network.weights.map(async weight => {
      const values = Float32Array.from(await weight.read().data());
      return createHash('sha256').update(values).digest('hex');
    }),
  );
}

async function predict(network: LayersModel, x: Tensor): Promise<Float32Array> {
  const output = tidy(() => network.predict(x) as Tensor);
  const values = Float32Array.from(await output.data());
  output.dispose();
  return values;
}

/** Two models with equal layer names, one of them inside a third model that also has these names. */
function nestedModel(): LayersModel {
  const part = (name: string, inputs: number, inner?: LayersModel) => {
    const x = input({ shape: [inputs], name: 'in' });
    let y = layers.dense({ units: 6, activation: 'relu', name: 'fc' }).apply(x);
    y = layers.batchNormalization({ name: 'bn1' }).apply(y);
    if (inner) y = inner.apply(y);
    return model({ inputs: x, outputs: y as SymbolicTensor, name });
  };
  const x = input({ shape: [4], name: 'in' });
  let y = layers.dense({ units: 5, name: 'fc' }).apply(x);
  y = part('a', 5, part('c', 6)).apply(y);
  y = part('b', 6).apply(y);
  return model({ inputs: x, outputs: y as SymbolicTensor, name: 'whole' });
}

/** Checks that saving and loading in every format restores exactly the same weights. */
async function comesBack(make: () => LayersModel, x: Tensor, onnxInput: Tensor | undefined) {
  const saved = make();
  fill(saved);
  const expected = await weightsOf(saved);
  const logits = await predict(saved, x);

  const file = join(folder, 'checkpoint.safetensors');
  const ownFile = join(folder, 'own.safetensors');
  await saveCheckpoint(file, saved, {});
  await writeSafetensors(ownFile, checkpointOf(saved));
  // Each package reads what the other one wrote.
  for (const path of [file, ownFile]) {
    const loaded = make();
    await loadCheckpoint(path, loaded);
    expect(await weightsOf(loaded)).toEqual(expected);
    loaded.dispose();
    const other = make();
    const { checkpoint, close } = await openSafetensors(path);
    await loadWeights(other, checkpoint);
    await close();
    expect(await weightsOf(other)).toEqual(expected);
    other.dispose();
  }

  const artifacts = await tfjsArtifacts(saved);
  const again = await loadLayersModel(io.fromMemory(artifacts));
  expect(await weightsOf(again)).toEqual(expected);
  expect([...checkpointOf(again).keys()].sort()).toEqual([...checkpointOf(saved).keys()].sort());
  const largest = logits.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  (await predict(again, x)).forEach((value, index) => {
    expect(Math.abs(value - logits[index]!)).toBeLessThan(1e-4 * largest);
  });
  const bytes = io.CompositeArrayBuffer.join(artifacts.weightData);
  const json = { weightsManifest: [{ paths: ['weights.bin'], weights: artifacts.weightSpecs }] };
  const read = readTfjsWeights(json as never, bytes);
  again.dispose();
  const third = make();
  await loadWeights(third, read);
  expect(await weightsOf(third)).toEqual(expected);
  third.dispose();

  if (onnxInput) {
    const session = await InferenceSession.create(await exportOnnx(saved));
    const data = Float32Array.from(await onnxInput.data());
    const images = new OnnxTensor('float32', data, onnxInput.shape);
    const { output } = await session.run({ images });
    logits.forEach((value, index) => {
      expect(Math.abs(Number(output!.data[index]) - value)).toBeLessThan(1e-3 * largest);
    });
    await session.release();
  }
  saved.dispose();
}

// One network of each family. ResNet's stem has a layer `bn1`, as the head has.
const classifiers: readonly ArchitectureName[] = [
  ...(['resnet18', 'convnext_tiny', 'efficientnet_lite0', 'inception_v3', 'alexnet'] as const),
];
test.each(classifiers)('a head on a %s comes back from every file', async name => {
  const { build, minimumSize } = findArchitecture(name);
  const size = Math.max(64, minimumSize);
  const make = () => {
    const backbone = build({ inputSize: [size, size] });
    return attachHead(backbone, classifierHead(backbone.outputs[0]!.shape.at(-1)!, 3));
  };
  const x = tidy(() => randomUniform([2, size, size, 3], -1, 1, 'float32', 5));
  const channelsFirst = tidy(() => transpose(x, [0, 3, 1, 2]));
  await comesBack(make, x, channelsFirst);
  dispose([x, channelsFirst]);
});

test('every architecture and the head on it have names of their own, folded too', () => {
  for (const name of Object.keys(architectures) as ArchitectureName[]) {
    if (/large|152/.test(name)) continue; // These have the same layer names as the smaller networks.
    const { build, dialects, minimumSize, tokens } = findArchitecture(name);
    const pooled = tokens !== undefined;
    const backbone = build({ inputSize: [minimumSize, minimumSize], ...(pooled && { pooled }) });
    const whole = attachHead(backbone, classifierHead(backbone.outputs[0]!.shape.at(-1)!, 2));
    expect(checkpointOf(whole).size).toBe(whole.weights.length);
    // The names that TensorFlow.js's own `save` writes.
    expect(new Set(whole.weights.map(weight => weight.originalName)).size).toBe(
      whole.weights.length,
    );
    for (const dialect of dialects) expect(checkpointOf(backbone, dialect).size).toBeGreaterThan(0);
    if (name === 'resnet18') {
      const folded = foldBatchNorm(whole);
      expect(checkpointOf(folded).size).toBe(folded.weights.length);
      folded.dispose();
    }
    whole.dispose();
  }
});

/** Three nested models, all named `m`, each with a layer `k`. */
function threeDeep(): LayersModel {
  const wrapped = (inputs: number, units: number, inner?: LayersModel) => {
    const x = input({ shape: [inputs], name: 'in' });
    const y = inner ? inner.apply(x) : x;
    const z = layers.dense({ units, name: 'k' }).apply(y);
    return model({ inputs: x, outputs: z as SymbolicTensor, name: 'm' });
  };
  return wrapped(4, 3, wrapped(4, 5, wrapped(4, 6)));
}

describe('models in models that name their layers alike', () => {
  test('have every model of the path in their names, also those that are called the same', async () => {
    expect([...checkpointOf(threeDeep()).keys()].sort()).toEqual([
      'k/bias',
      'k/kernel',
      'm/k/bias',
      'm/k/kernel',
      'm/m/k/bias',
      'm/m/k/kernel',
    ]);
    const x = tidy(() => randomUniform([2, 4], -1, 1, 'float32', 5));
    await comesBack(threeDeep, x, undefined);
    x.dispose();
  });

  test('that share a layer are loaded with its weights in each of them', async () => {
    const shared = layers.dense({ units: 4, name: 'k' });
    const within = input({ shape: [4] });
    const inner = model({ inputs: within, outputs: shared.apply(within) as SymbolicTensor });
    const outer = input({ shape: [4] });
    const y = shared.apply(inner.apply(outer) as SymbolicTensor) as SymbolicTensor;
    const network = model({ inputs: outer, outputs: y });
    fill(network);
    const loaded = await loadLayersModel(io.fromMemory(await tfjsArtifacts(network)));
    const x = tidy(() => randomUniform([2, 4], -1, 1, 'float32', 5));
    expect(await predict(loaded, x)).toEqual(await predict(network, x));
    dispose(x);
    loaded.dispose();
  });

  test('come back from every file', async () => {
    const x = tidy(() => randomUniform([3, 4], -1, 1, 'float32', 5));
    await comesBack(nestedModel, x, x);
    x.dispose();
    const network = nestedModel();
    expect([...checkpointOf(network).keys()]).toEqual(
      ['', 'a/', 'a/c/', 'b/'].flatMap(path => [
        `${path}fc/kernel`,
        `${path}fc/bias`,
        ...(path === ''
          ? []
          : ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(part => `${path}bn1/${part}`)),
      ]),
    );
    network.dispose();
  });

  test('end with the weights of the best epoch', async () => {
    const network = nestedModel();
    const set = {
      values: Float32Array.from({ length: 48 }, (_, index) => Math.sin(index)),
      labels: Int32Array.from({ length: 12 }, (_, index) => index % 6),
      views: 1,
      channels: 4,
    };
    const data = { train: set, validation: set, classes: 6 };
    // The last weights differ strongly, so they cannot be mistaken for the best epoch's.
    const schedule = (step: number) => (step < 2 ? 0.01 : 0.5);
    const options = { epochs: 3, batchSize: 6, patience: 9, schedule };
    let best: string[] = [];
    for await (const report of fitWithCheckpoints(join(folder, 'run'), network, data, options))
      if (report.best) best = await weightsOf(network);
    expect(await weightsOf(network)).toEqual(best);
    network.dispose();
  });

  test('also a head on the last stages of a backbone, whose parts do not say their nesting', () => {
    const { build, taps } = architectures.resnet18;
    const cut = cutAt({ model: build({ inputSize: [32, 32] }), taps }, 'layer3');
    const x = input({ shape: [512] });
    const twin = layers.dense({ units: 2, name: 'layer4.0.conv1' }).apply(x) as SymbolicTensor;
    const head = model({ inputs: x, outputs: twin, name: 'head' });
    const classifier = headOn(cut.trained, head);
    const names = [...checkpointNames(classifier)];
    expect(names).toContain('layer4.0.conv1/kernel');
    expect(names).toContain('head/layer4.0.conv1/kernel');
  });
});

/** The names with which an optimizer's `groups` function is called. */
function checkpointNames(classifier: Trainable): Set<string> {
  const names = new Set<string>();
  const labels = Int32Array.of(0, 1);
  const read = () => new Float32Array(2 * 2 * 2 * 256);
  const source = { labels, views: 1, shape: [2, 2, 256], read };
  const groups = (weight: string) => {
    names.add(weight);
    return {};
  };
  const data = { train: source, validation: source, classes: 2 };
  const ended = fit(classifier, data, { epochs: 1, groups });
  // The training is started and left before its first step.
  void ended.next().catch(() => {});
  return names;
}

describe('two weights of one name are refused, and both places are named', () => {
  const twins = () => {
    const outer = input({ shape: [4], name: 'in' });
    const inner = input({ shape: [3], name: 'in' });
    const nested = layers.dense({ units: 2, name: 'x' }).apply(inner) as SymbolicTensor;
    const part = model({ inputs: inner, outputs: nested, name: 'a' });
    // This layer has the name that the layer `x` of the model `a` has in files.
    const y = layers.dense({ units: 3, name: 'a/x' }).apply(outer) as SymbolicTensor;
    return model({ inputs: outer, outputs: part.apply(y) as SymbolicTensor, name: 'outer' });
  };
  const places =
    /'a\/x\/kernel': weight 0 of the layer 'a\/x', and weight 0 of the layer 'x' of 'a'/;
  const data = {
    train: {
      values: new Float32Array(16),
      labels: Int32Array.of(0, 1, 0, 1),
      views: 1,
      channels: 4,
    },
    validation: { values: new Float32Array(4), labels: Int32Array.of(0), views: 1, channels: 4 },
    classes: 2,
  };

  test('by every writer and reader', async () => {
    const network = twins();
    expect(() => checkpointOf(network)).toThrow(places);
    await expect(loadWeights(network, new Map())).rejects.toThrow(places);
    await expect(tfjsArtifacts(network)).rejects.toThrow(places);
    await expect(exportOnnx(network)).rejects.toThrow(/Two layers are called 'a\/x'/);
    const path = join(folder, 'twins.safetensors');
    await expect(saveCheckpoint(path, network, {})).rejects.toThrow(places);
    await saveCheckpoint(path, nestedModel(), {});
    await expect(loadCheckpoint(path, network)).rejects.toThrow(places);
    network.dispose();
  });

  test('by training, before its first step', async () => {
    const network = twins();
    const before = memory().numTensors;
    await expect(fit(network, data, { epochs: 1 }).next()).rejects.toThrow(places);
    const run = fitWithCheckpoints(join(folder, 'twins'), network, data, { epochs: 1 });
    await expect(run.next()).rejects.toThrow(places);
    expect(memory().numTensors).toBe(before);
    network.dispose();
  });

  test('where a classifier lists them by itself', async () => {
    const [one, two] = [variable(tensor([1])), variable(tensor([2]))];
    const trainableWeights = [one, two].map(value => ({
      originalName: 'fc/kernel',
      read: () => value,
    }));
    const classifier = { apply: () => undefined, trainableWeights };
    await expect(fit(classifier, data, { epochs: 1 }).next()).rejects.toThrow(
      new RegExp(`'fc/kernel': number 0 of the weights, the variable '${one.name}', and number 1`),
    );
    dispose([one, two]);
  });

  test('by the optimizer, which remembers by name', () => {
    const adam = new Adam();
    const alike = [1, 2].map(value => ({ name: 'w', value }) as unknown as Variable);
    expect(() => adam.apply(alike, {}, 0.1)).toThrow(/'w': number 0 and number 1/);
  });

  test('by reading a tfjs manifest', () => {
    const weights = [1, 2].map(() => ({ name: 'bn1/beta', shape: [1], dtype: 'float32' }));
    const json = { weightsManifest: [{ paths: [], weights }] };
    expect(() => readTfjsWeights(json, new ArrayBuffer(8))).toThrow(/two tensors 'bn1\/beta'/);
  });
});

test('a weight that two models share is one weight in files', () => {
  const shared = layers.dense({ units: 4, inputShape: [4], name: 'fc' });
  const part = (name: string) => {
    const x = input({ shape: [4], name: 'in' });
    return model({ inputs: x, outputs: shared.apply(x) as SymbolicTensor, name });
  };
  const x = input({ shape: [4], name: 'in' });
  const outputs = part('b').apply(part('a').apply(x)) as SymbolicTensor;
  const network = model({ inputs: x, outputs, name: 'outer' });
  expect([...checkpointOf(network, ownDialect).keys()]).toEqual(['a/fc/kernel', 'a/fc/bias']);
  network.dispose();
});

test('a file of an older version is refused, with what to do', async () => {
  const make = () => classifierHead(8, 2);
  const older = new Map(
    [...checkpointOf(make())].map(([name, value]) => [name.replace('head/', ''), value]),
  );
  const path = join(folder, 'older.safetensors');
  await writeSafetensors(path, older);
  await expect(loadCheckpoint(path, make())).rejects.toThrow(
    /It has 'linear1\/kernel' instead of 'head\/linear1\/kernel'. .* Train again/,
  );
  await expect(loadWeights(make(), older)).rejects.toThrow(
    /the weight names of an older version.* Train again/,
  );
});
