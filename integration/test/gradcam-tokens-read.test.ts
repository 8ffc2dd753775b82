import '@tensorflow/tfjs-backend-cpu';
import {
  explain,
  genericAttention,
  gradCam,
  gradEclip,
  leGrad,
  type Method,
  MethodError,
  rollout,
} from '@shroom/gradcam';
import { loadWeights, ownDialect, TokenPooling, type ViTConfig, vit } from '@shroom/models';
import {
  mean,
  memory,
  setBackend,
  slice,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tensor2d,
  tensor4d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formula, formulaCheckpoint } from '../../packages/models/test/formula';

const width = 24;
const config: ViTConfig = {
  ...{ patch: 16, width, depth: 2, heads: 3, grid: 4, registers: 4 },
  ...{ positions: 'patches', epsilon: 1e-6, pool: 'cls' },
};
/** A class token, four registers, and 3 x 4 patches. */
const length = 17;

/** A layer of a user, which takes some tokens `[N, T, C]` and, of several, their mean. */
class Taken extends layers.Layer {
  static readonly className = 'TakenTokens';
  readonly from: number;
  readonly count: number;
  constructor(from: number, count = 1) {
    super({});
    this.from = from;
    this.count = count;
  }
  override computeOutputShape([count, , channels]: (number | null)[]) {
    return [count!, channels!];
  }
  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const [tokens] = [inputs].flat() as [Tensor3D];
      return mean(slice(tokens, [0, this.from, 0], [-1, this.count, -1]), 1);
    });
  }
}

const classes = 5;
const kernel = formula(width * classes, 3, 2);

let backbone: LayersModel;
let photos: Tensor4D;
beforeAll(async () => {
  await setBackend('cpu');
  backbone = await filled(vit(config, { inputSize: [48, 64] }));
  photos = tensor4d(formula(2 * 48 * 64 * 3, 1, 4), [2, 48, 64, 3]);
});
afterAll(() => photos.dispose());

async function filled(network: LayersModel): Promise<LayersModel> {
  await loadWeights(network, formulaCheckpoint(network, ownDialect), ownDialect);
  return network;
}

/** The backbone with a classifier that reads its tokens in some way. Each row of `weights` belongs to one value that is read. */
function reading(
  read: (tokens: SymbolicTensor) => SymbolicTensor,
  weights: ArrayLike<number> = kernel,
): LayersModel {
  const dense = layers.dense({ units: classes });
  const logits = dense.apply(read(backbone.outputs[0]!)) as SymbolicTensor;
  const kernelTensor = tensor2d(Float32Array.from(weights), [weights.length / classes, classes]);
  dense.setWeights([kernelTensor, zeros([classes])]);
  return model({ inputs: backbone.inputs, outputs: logits });
}
const by = (layer: layers.Layer) => (tokens: SymbolicTensor) =>
  layer.apply(tokens) as SymbolicTensor;

async function mapsOf(network: LayersModel, method: Method): Promise<number[]> {
  const before = memory().numTensors;
  const found = await explain(network, photos, { method, classIndex: [2, 4] });
  expect(memory().numTensors).toBe(before);
  return found.flatMap(({ signed }) => [...signed.values]);
}

const methods = Object.entries({
  rollout: rollout(),
  genericAttention: genericAttention(),
  leGrad: leGrad(),
  gradEclip: gradEclip(),
});

test.each(methods)('%s finds that a layer of a user reads the class token', async (_, method) => {
  const own = reading(by(new TokenPooling({ mode: 'cls', prefix: 5 })));
  expectClose(await mapsOf(reading(by(new Taken(0))), method), await mapsOf(own, method));
});

test.each(methods.slice(0, 3))(
  '%s finds that a layer of a user reads the mean of the patches',
  async (_, method) => {
    const own = reading(by(new TokenPooling({ mode: 'mean', prefix: 5 })));
    expectClose(await mapsOf(reading(by(new Taken(5, 12))), method), await mapsOf(own, method));
  },
);

describe('attention rollout is the mean of the maps of single tokens', () => {
  let single: number[][];
  beforeAll(async () => {
    single = [];
    for (let token = 0; token < length; token++)
      single.push(await mapsOf(reading(by(new Taken(token))), rollout()));
  });
  const weighted = (shares: readonly number[]) =>
    single[0]!.map((_, place) =>
      single.reduce((all, map, token) => all + map[place]! * shares[token]!, 0),
    );

  test('of all tokens, the class token and the registers too, after globalAveragePooling1d', async () => {
    const read = await mapsOf(reading(by(layers.globalAveragePooling1d())), rollout());
    expectClose(read, weighted(Array(length).fill(1 / length)));
    const patches = reading(by(new TokenPooling({ mode: 'mean', prefix: 5 })));
    expect(difference(read, await mapsOf(patches, rollout()))).toBeGreaterThan(1e-3);
  });

  test('weighed by how strongly a flattened classifier reads each', async () => {
    const strengths = Array.from({ length }, (_, token) => (token % 3) + 1);
    const rows = strengths.flatMap(strength => [...kernel].map(value => value * strength));
    const flat = reading(by(layers.flatten()), rows);
    const total = strengths.reduce((all, each) => all + each);
    expectClose(await mapsOf(flat, rollout()), weighted(strengths.map(each => each / total)));
  });

  test('of the class token and the patches, however the pooling of both is written', async () => {
    const weights = [...kernel, ...kernel];
    const own = reading(by(new TokenPooling({ mode: 'cls+mean', prefix: 5 })), weights);
    const foreign = reading(
      tokens =>
        layers
          .concatenate()
          .apply([by(new Taken(0))(tokens), by(new Taken(5, 12))(tokens)]) as SymbolicTensor,
      weights,
    );
    const shares = Array.from({ length }, (_, token) =>
      token === 0 ? 0.5 : token < 5 ? 0 : 0.5 / 12,
    );
    for (const network of [own, foreign])
      expectClose(await mapsOf(network, rollout()), weighted(shares));
  });
});

test('where attention pools the tokens, each counts as much as it is read', async () => {
  const pooled = { ...config, classToken: false, registers: 0, pool: 'attention' } as const;
  const network = await filled(vit(pooled, { inputSize: [48, 64], classes }));
  const tokens = network.getLayer('norm').output as SymbolicTensor;
  const average = by(new TokenPooling({ mode: 'mean', prefix: 0 }))(tokens);
  const plain = model({
    inputs: network.inputs,
    outputs: layers.dense({ units: classes }).apply(average) as SymbolicTensor,
  });
  const equal = await mapsOf(plain, rollout());
  const read = await mapsOf(network, rollout());
  expect(difference(read, equal)).toBeGreaterThan(1e-3);
  // A question of zeros is answered by all tokens alike.
  const question = network.getLayer('attn_pool.q');
  question.setWeights(question.getWeights().map(weight => zeros(weight.shape)));
  expectClose(await mapsOf(network, rollout()), equal);
  await expect(mapsOf(network, gradEclip())).rejects.toThrow(/does not read it/);
});

test.each([
  ['registers', new Taken(1, 4)],
  ['patches', new Taken(5, 12)],
] as const)(
  'gradEclip says that a classifier of the %s does not read the class token',
  async (_, layer) => {
    await expect(mapsOf(reading(by(layer)), gradEclip())).rejects.toThrow(MethodError);
  },
);

test.each(methods)('%s refuses two vision transformers in one model', async (_, method) => {
  const pixels = input({ shape: [48, 64, 3] });
  const branches = await Promise.all(
    [16, 8].map(async (patch, index) => {
      const network = await filled(vit({ ...config, patch }, { inputSize: [48, 64] }));
      network.name = `branch${index}`;
      return by(new Taken(0))(network.apply(pixels) as SymbolicTensor);
    }),
  );
  const both = layers.concatenate().apply(branches);
  const logits = layers.dense({ units: classes }).apply(both) as SymbolicTensor;
  const two = model({ inputs: pixels, outputs: logits });
  const before = memory().numTensors;
  const explaining = explain(two, photos, { method });
  await expect(explaining).rejects.toThrow(MethodError);
  await expect(explaining).rejects.toThrow(/several, .*'branch0\/tokens' and 'branch1\/tokens'/);
  expect(memory().numTensors).toBe(before);
  const [why] = await explain(two, photos, { method: gradCam(), tap: 'branch0/blocks.1.norm1' });
  expect(Math.max(...why!.signed.values.map(Math.abs))).toBeGreaterThan(0);
});

test.each(methods)('%s refuses a classifier that reads an earlier block too', async (_, method) => {
  const early = backbone.getLayer('blocks.0.add2').output as SymbolicTensor;
  const network = reading(
    tokens =>
      layers
        .concatenate()
        .apply([by(new Taken(0))(early), by(new Taken(0))(tokens)]) as SymbolicTensor,
    [...kernel, ...kernel],
  );
  await expect(mapsOf(network, method)).rejects.toThrow(/reads them in other places too/);
});

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0);
  expect(difference(actual, expected)).toBeLessThan(1e-4);
}

/** The largest difference, in parts of the largest expected value. */
function difference(actual: readonly number[], expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  const all = actual.map((value, k) => Math.abs(value - expected[k]!));
  return Math.max(...all) / Math.max(...expected.map(Math.abs));
}
