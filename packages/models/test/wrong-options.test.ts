import '@tensorflow/tfjs-backend-cpu';
import { setBackend, zeros } from '@tensorflow/tfjs-core';
import { input, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import {
  findArchitecture,
  resNet,
  resNetVariants,
  TokenPooling,
  type TokenPoolingConfig,
  type ViTConfig,
  vit,
} from '../src/index';

beforeAll(() => setBackend('cpu'));

const small: ViTConfig = {
  ...{ patch: 8, width: 24, depth: 1, heads: 3, grid: 2 },
  ...{ positions: 'class and patches', epsilon: 1e-6, pool: 'cls' },
};
const refused = (build: () => unknown, message: RegExp) => {
  expect(build).toThrow(RangeError);
  expect(build).toThrow(message);
};

test.each<[Partial<ViTConfig>, RegExp]>([
  [{ patch: 0 }, /vit: patch should be a whole number, 1 or more, not 0/],
  [{ width: -24 }, /vit: width .* not -24/],
  [{ depth: 1.5 }, /vit: depth .* not 1.5/],
  [{ heads: 0 }, /vit: heads .* not 0/],
  [{ heads: 5 }, /vit: width \/ heads should be a whole number, .* not 4.8/],
  [{ positions: 'rotary', heads: 4 }, /vit: width \/ heads \/ 4 .* not 1.5/],
  [{ grid: 2.5 }, /vit: grid .* not 2.5/],
  [{ registers: -1 }, /vit: registers should be a whole number, 0 or more, not -1/],
  [{ classToken: false }, /vit: pool 'cls' needs a class token/],
])('a transformer with %j is refused', (changed, message) => {
  refused(() => vit({ ...small, ...changed }, { inputSize: [16, 16] }), message);
});

test('an unknown pool is refused where it is needed', () => {
  const pool = 'max' as ViTConfig['pool'];
  refused(
    () => vit({ ...small, pool }, { inputSize: [16, 16], pooled: true }),
    /TokenPooling: mode should be cls, mean or cls\+mean, not max/,
  );
});

test.each<[Partial<Record<keyof TokenPoolingConfig, unknown>>, RegExp]>([
  [{ mode: 'max', prefix: 1 }, /mode should be cls, mean or cls\+mean, not max/],
  [{ mode: 'mean', prefix: -1 }, /prefix should be a whole number, 0 or more, not -1/],
  [{ mode: 'mean', prefix: 0.5 }, /prefix .* not 0.5/],
  [{ mode: 'mean' }, /prefix .* not undefined/],
  [{ mode: 'cls', prefix: 0 }, /prefix should be a whole number, 1 or more, not 0/],
])('TokenPooling(%j) is refused', (config, message) => {
  refused(() => new TokenPooling(config as unknown as TokenPoolingConfig), message);
});

test('a prefix that leaves no patches is refused, with the number of tokens', () => {
  const pooling = new TokenPooling({ mode: 'mean', prefix: 5, name: 'pool' });
  const tokens = zeros([1, 5, 4]);
  refused(
    () => pooling.apply(tokens),
    /pool of 5 tokens: patches should be a whole number, 1 or more, not 0/,
  );
  // The class token alone needs no patches.
  const first = new TokenPooling({ mode: 'cls', prefix: 5 });
  expect((first.apply(tokens) as typeof tokens).shape).toEqual([1, 4]);
  const symbol = first.apply(input({ shape: [5, 4] })) as SymbolicTensor;
  expect(symbol.shape).toEqual([null, 4]);
});

test.each([[[32]], [[32, 32, 3]], [[32, 31.5]], [[32, Number.NaN]], [[0, 32]]])(
  'an inputSize of %j is refused',
  inputSize => {
    for (const name of ['resnet18', 'convnext_tiny', 'vit_tiny_patch16_224', 'mobilenet_v2'])
      refused(
        () => findArchitecture(name).build({ inputSize: inputSize as unknown as [number, number] }),
        /inputSize should be \[height, width\], \d+ pixels a side or more, not \[/,
      );
  },
);

test.each([0, 2.5, -3])('%s classes are refused', classes => {
  refused(
    () => resNet(resNetVariants.resnet18, { inputSize: [32, 32], classes }),
    /classes should be a whole number, 1 or more, not/,
  );
});
