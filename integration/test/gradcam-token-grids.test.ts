import '@tensorflow/tfjs-backend-cpu';
import { explain, suggestTaps, TapError } from '@shroom/gradcam';
import { loadWeights, ownDialect, TokenPooling, type ViTConfig, vit } from '@shroom/models';
import { setBackend, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { formula, formulaCheckpoint } from '../../packages/models/test/formula';

const config: ViTConfig = {
  ...{ patch: 16, width: 24, depth: 2, heads: 3, grid: 4 },
  ...{ positions: 'class and patches', epsilon: 1e-6, pool: 'cls' },
};

async function filled(network: LayersModel): Promise<LayersModel> {
  await loadWeights(network, formulaCheckpoint(network, ownDialect), ownDialect);
  return network;
}

const photo = (height: number, width: number): Tensor4D =>
  tensor4d(formula(height * width * 3, 1, 4), [1, height, width, 3]);

beforeAll(() => setBackend('cpu'));

describe('the grid of a network for images of any size', () => {
  test.each([
    [48, 47, 3, 2],
    [47, 48, 2, 3],
    [40, 79, 2, 4],
    [95, 16, 5, 1],
  ])('%i x %i px are %i x %i patches', async (height, width, rows, columns) => {
    const sizes = { inputSize: [null, null], classes: 5 } as const;
    const [why] = await explain(await filled(vit(config, sizes)), photo(height, width));
    expect([why!.map.height, why!.map.width]).toEqual([rows, columns]);
    const fixed = await filled(vit(config, { inputSize: [height, width], classes: 5 }));
    const [expected] = await explain(fixed, photo(height, width));
    expect(why!.signed).toEqual(expected!.signed);
  });

  test.each([
    [48, 47, 3, 2],
    [47, 48, 2, 3],
    [95, 16, 5, 1],
  ])(
    'of another library, %i x %i px are %i x %i patches too',
    async (height, width, rows, columns) => {
      const pixels = input({ shape: [height, width, 3] });
      const patches = layers.conv2d({ filters: 6, kernelSize: 16, strides: 16 });
      const tokens = layers.reshape({ targetShape: [rows * columns, 6], name: 'tokens' });
      const x = tokens.apply(patches.apply(pixels));
      const pooled = layers.dense({ units: 3 }).apply(layers.globalAveragePooling1d().apply(x));
      const foreign = model({ inputs: pixels, outputs: pooled as SymbolicTensor });
      const [why] = await explain(foreign, photo(height, width), { tap: 'tokens', tokens: {} });
      expect([why!.map.height, why!.map.width]).toEqual([rows, columns]);
    },
  );
});

test.each([13, 50, -1, 1.5, '1', Number.NaN])(
  'a prefix of %s among 13 tokens is refused, with the number of tokens',
  async prefix => {
    const network = vit(config, { inputSize: [48, 64], classes: 5 });
    const tokens = { prefix: prefix as number };
    const explaining = explain(network, photo(48, 64), { tap: 'norm', tokens });
    await expect(explaining).rejects.toThrow(TapError);
    await expect(explaining).rejects.toThrow(
      /'norm': .* of 13 tokens are patches, .* prefix 0 to 12/,
    );
  },
);

test.each([[[-3, -4]], [[5, 2.4]], [[0, 12]]])('a grid of %j is refused', async grid => {
  const network = vit(config, { inputSize: [48, 64], classes: 5 });
  const tokens = { prefix: 1, grid: grid as [number, number] };
  await expect(explain(network, photo(48, 64), { tap: 'norm', tokens })).rejects.toThrow(
    /12 of 13 tokens are patches, which are no/,
  );
});

describe('two vision transformers in one model', () => {
  let two: LayersModel;
  beforeAll(async () => {
    const pixels = input({ shape: [48, 64, 3] });
    const branch = async (name: string, patch: number) => {
      const network = await filled(vit({ ...config, patch }, { inputSize: [48, 64] }));
      network.name = name;
      return new TokenPooling({ mode: 'cls', prefix: 1 }).apply(
        network.apply(pixels) as SymbolicTensor,
      ) as SymbolicTensor;
    };
    const both = layers.concatenate().apply([await branch('coarse', 16), await branch('fine', 8)]);
    const logits = layers.dense({ units: 3 }).apply(both) as SymbolicTensor;
    two = model({ inputs: pixels, outputs: logits });
  });

  test('each has its own grid', async () => {
    const found = suggestTaps(two).map(({ tap, height, width }) => [tap, height, width]);
    expect(found.slice(0, 3)).toEqual([
      ['fine/blocks.1.norm1', 6, 8],
      ['fine/blocks.0.norm1', 6, 8],
      ['coarse/blocks.1.norm1', 3, 4],
    ]);
    for (const [tap, height, width] of found) {
      const [why] = await explain(two, photo(48, 64), { tap: tap as string });
      expect([why!.map.height, why!.map.width]).toEqual([height, width]);
      expect(Math.max(...why!.signed.values.map(Math.abs))).toBeGreaterThan(0);
    }
  });
});
