import { beforeAll, describe, test } from 'vitest';
import { compareStages, runs } from './stages';
import { useWasm } from './wasm';

beforeAll(useWasm);

// The small size is computed on cpu.
const usual = runs.filter(({ network, size }) => size >= 224 || network.startsWith('vit_base'));

describe('on wasm, every stage agrees with torchvision or timm', () => {
  test.each(usual)(
    '$network of $library at $size',
    async run => {
      await compareStages(run, 1e-4);
    },
    180_000,
  );
});
