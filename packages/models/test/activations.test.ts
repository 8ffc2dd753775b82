import { beforeAll, describe, test } from 'vitest';
import { compareStages, runs } from './stages';
import { useWasm } from './wasm';

beforeAll(useWasm);

describe('on wasm, every stage agrees with torchvision', () => {
  test.each(runs)(
    '$network at $size',
    async run => {
      await compareStages(run, 1e-4);
    },
    60_000,
  );
});
