import '@tensorflow/tfjs-backend-cpu';
import { readFileSync } from 'node:fs';
import {
  ablationCam,
  explain,
  finer,
  genericAttention,
  gradCam,
  gradEclip,
  integratedGradients,
  leGrad,
  logit,
  type Method,
  MethodError,
  occlusion,
  prepareModel,
  rise,
  rollout,
  suggestTaps,
  TapError,
  tapsOf,
} from '@shroom/gradcam';
import {
  type Architecture,
  architectures,
  type Dialect,
  loadWeights,
  type ViTConfig,
  vit,
} from '@shroom/models';
import { memory, setBackend, type Tensor, tensor4d, zeros } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { methods, signless } from '../../packages/gradcam/test/figures';
import { formula, formulaCheckpoint } from '../../packages/models/test/formula';

interface Network {
  readonly logits: number[];
  readonly maps: Readonly<Record<string, number[]>>;
  /** Of the methods that read attention. */
  readonly attention: Readonly<Record<string, number[]>>;
}
interface Figures {
  readonly classes: number[];
  readonly networks: Readonly<Record<string, Network>>;
}
/** Maps of pytorch-grad-cam; tools/reference/token_cams.py writes them. */
const figures: Figures = JSON.parse(
  readFileSync(
    new URL('../../packages/gradcam/test/reference/tokens.json', import.meta.url),
    'utf8',
  ),
);

/** pytorch-grad-cam's own replacement of channels, -1e7 in every token, leaves no digits of float32; the figures are of 0 in the patches. */
const tokenMethods = {
  ...methods,
  ablationCam: { method: ablationCam({ ablate: 'zero', variant: 'paper' }), batch: 3 },
};

const attentionMethods: Readonly<Record<string, Method>> = {
  rollout: rollout(),
  genericAttention: genericAttention(),
  leGrad: leGrad(),
  gradEclip: gradEclip(),
};

const [height, width] = [48, 64];
const small = { patch: 16, width: 24, depth: 3, heads: 3, grid: 4 } as const;
const registers = { ...small, registers: 4, layerScale: true } as const;
const configs: Readonly<Record<string, ViTConfig>> = {
  class_token: { ...small, positions: 'class and patches', epsilon: 1e-6, pool: 'cls' },
  registers: { ...registers, positions: 'patches', epsilon: 1e-6, pool: 'cls' },
  rotary: {
    ...{ ...registers, positions: 'rotary', attentionBias: false },
    ...{ epsilon: 1e-5, pool: 'mean' },
  },
};

async function networkOf(name: string): Promise<LayersModel> {
  const network = vit(configs[name]!, { inputSize: [height, width], classes: 5 });
  const { dialects }: Architecture =
    architectures[name === 'rotary' ? 'vit_small_patch16_dinov3' : 'vit_tiny_patch16_224'];
  const dialect: Dialect = dialects[0]!;
  await loadWeights(network, formulaCheckpoint(network, dialect), dialect);
  return network;
}

let images: Tensor;
beforeAll(async () => {
  await setBackend('cpu');
  images = tensor4d(formula(2 * height * width * 3, 1, 4), [2, height, width, 3]);
});
afterAll(() => images.dispose());

describe.each(Object.entries(figures.networks))(
  'tokens with %s',
  (name, { logits, maps, attention }) => {
    let network: LayersModel;
    beforeAll(async () => {
      network = await networkOf(name);
    });
    afterAll(() => network.dispose());

    test.each(Object.entries(maps))('%s is that of pytorch-grad-cam', async (method, expected) => {
      const before = memory().numTensors;
      const how =
        method === 'finer'
          ? { target: finer() }
          : { classIndex: figures.classes, ...tokenMethods[method as keyof typeof tokenMethods]! };
      const found = await explain(network, images, how);
      expect(memory().numTensors).toBe(before);
      expectClose(
        found.flatMap(each => [...each.logits]),
        logits,
      );
      for (const [index, { signed }] of found.entries()) {
        expect([signed.height, signed.width]).toEqual([3, 4]);
        const raw = expected.slice(index * 12, (index + 1) * 12);
        const product = raw.reduce((sum, value, k) => sum + value * signed.values[k]!, 0);
        const sign = signless.has(method) && product < 0 ? -1 : 1;
        expectClose(
          [...signed.values].map(value => sign * value),
          raw,
        );
      }
    });

    test.each(Object.entries(attention))(
      '%s is as its paper defines it',
      async (method, expected) => {
        const before = memory().numTensors;
        const how = { method: attentionMethods[method]!, classIndex: figures.classes };
        const found = await explain(network, images, how);
        expect(memory().numTensors).toBe(before);
        expectClose(
          found.flatMap(({ signed }) => [...signed.values]),
          expected,
        );
        for (const { signed } of found) expect([signed.height, signed.width]).toEqual([3, 4]);
      },
    );

    test('what the last attention reads is suggested, and other layers can be tapped', async () => {
      const [first, second] = suggestTaps(network);
      expect(first).toMatchObject({
        tap: 'blocks.2.norm1',
        height: 3,
        width: 4,
        channels: 24,
        stride: 16,
      });
      expect(second!.tap).toBe('blocks.1.norm1');
      expect(prepareModel(network).tap).toBe('blocks.2.norm1');
      expect(tapsOf(network)).toEqual(expect.arrayContaining(['blocks.0.add1', 'norm']));
      expect(tapsOf(network)).not.toContain('blocks.0.attn.weights');
      const [why] = await explain(network, images, { tap: 'blocks.1.add2' });
      expect(Math.max(...why!.map.values)).toBeGreaterThan(0);
    });

    test.each([
      ['occlusion', occlusion({ places: 3 })],
      ['RISE', rise({ masks: 20 })],
      ['integrated gradients', integratedGradients({ steps: 4 })],
    ] as const)('%s works on the pixels', async (_, method) => {
      const [why] = await explain(network, images, { tap: network.inputNames[0]!, method });
      expect(Math.max(...why!.signed.values.map(Math.abs))).toBeGreaterThan(0);
    });
  },
);

test('after the last block, patches have no influence where the class token is read', async () => {
  const network = await networkOf('class_token');
  const [why] = await explain(network, images, { tap: 'norm', method: gradCam() });
  expect([...why!.signed.values].every(value => value === 0)).toBe(true);
  network.dispose();
});

test('methods that read attention say what they need', async () => {
  const network = await networkOf('rotary');
  await expect(explain(network, images, { method: gradEclip() })).rejects.toThrow(
    /this classifier does not read it/,
  );
  const before = memory().numTensors;
  const method = leGrad({ layers: 1 });
  const [last] = await explain(network, images, { method, tap: network.inputNames[0]! });
  expect(memory().numTensors).toBe(before);
  expect(Math.max(...last!.map.values)).toBeGreaterThan(0);
  network.dispose();
  const pixels = input({ shape: [8, 8, 3] });
  const pooled = layers.globalAveragePooling2d({}).apply(pixels);
  const plain = model({ inputs: pixels, outputs: pooled as SymbolicTensor });
  const photo = zeros([1, 8, 8, 3]);
  for (const own of Object.values(attentionMethods))
    await expect(
      explain(plain, photo, { tap: pixels.name, method: own, logits: 'as-is', target: logit }),
    ).rejects.toThrow(MethodError);
  expect(() => leGrad({ layers: 0 })).toThrow(RangeError);
  photo.dispose();
});

test('tokens of another network are told', async () => {
  const pixels = input({ shape: [height, width, 3] });
  const patches = layers.conv2d({ filters: 6, kernelSize: 16, strides: 16, name: 'patches' });
  const tokens = layers.reshape({ targetShape: [12, 6], name: 'tokens' });
  let x = tokens.apply(patches.apply(pixels)) as SymbolicTensor;
  x = layers.dense({ units: 6, activation: 'relu' }).apply(x) as SymbolicTensor;
  x = layers.globalAveragePooling1d().apply(x) as SymbolicTensor;
  x = layers.dense({ units: 3 }).apply(x) as SymbolicTensor;
  const foreign = model({ inputs: pixels, outputs: x });
  const [asMap] = await explain(foreign, images, { tap: 'patches' });
  const [told] = await explain(foreign, images, { tap: 'tokens', tokens: {} });
  expect(told!.signed).toEqual(asMap!.signed);
  await expect(explain(foreign, images, { tap: 'tokens' })).rejects.toThrow(TapError);
  await expect(explain(foreign, images, { tap: 'tokens', tokens: { prefix: 1 } })).rejects.toThrow(
    /11 of 12 tokens are patches/,
  );
  await expect(
    explain(foreign, images, { tap: 'tokens', tokens: { grid: [5, 5] } }),
  ).rejects.toThrow(/12 of 12 tokens are patches, which are no 5 x 5/);
  foreign.dispose();
});

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(1e-3, ...expected.map(Math.abs));
  for (const [k, value] of actual.entries())
    expect(Math.abs(value - expected[k]!) / scale).toBeLessThan(1e-4);
}
