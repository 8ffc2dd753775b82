import '@tensorflow/tfjs-backend-cpu';
import { describe, test } from 'vitest';
import { compareStages, runs } from './stages';

// The pure JavaScript engine takes minutes for the large networks at the large sizes: SHROOM_SLOW=1 runs them too. A DINOv2 with
// registers has all that one without has.
const quick = runs.filter(
  ({ network, size }) => size < 100 && !/^vit_base|patch14_dinov2$/.test(network),
);

describe('on cpu, every stage agrees with torchvision or timm', () => {
  test.each(process.env.SHROOM_SLOW ? runs : quick)(
    '$network of $library at $size',
    async run => {
      await compareStages(run, 1e-4);
    },
    600_000,
  );
});
