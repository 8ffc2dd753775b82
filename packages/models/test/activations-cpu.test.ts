import '@tensorflow/tfjs-backend-cpu';
import { describe, test } from 'vitest';
import { compareStages, runs } from './stages';

// The pure JavaScript engine is too slow for the large networks at the large sizes.
const small = runs.filter(
  ({ network, size }) => size === 75 || (network === 'resnet18' && size === 224),
);

describe('on cpu, every stage agrees with torchvision', () => {
  test.each(small)(
    '$network at $size',
    async run => {
      await compareStages(run, 1e-4);
    },
    180_000,
  );
});
