import '@tensorflow/tfjs-backend-cpu';
import { explain, leGrad } from '@shroom/gradcam';
import { loadWeights, ownDialect, TokenPooling, type ViTConfig, vit } from '@shroom/models';
import { ones, setBackend, tensor1d, tensor2d, tensor4d, zeros } from '@tensorflow/tfjs-core';
import { layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { formula, formulaCheckpoint } from '../../packages/models/test/formula';

beforeAll(() => setBackend('cpu'));

const config: ViTConfig = {
  ...{ patch: 8, width: 24, depth: 3, heads: 3, grid: 3 },
  ...{ positions: 'class and patches', epsilon: 1e-6, pool: 'cls' },
};

test('LeGrad reads every block through the last norm, also where a classifier begins with another norm', async () => {
  const images = tensor4d(formula(24 * 24 * 3, 1, 4), [1, 24, 24, 3]);
  const maps = [];
  for (const further of [false, true]) {
    const network = vit(config, { inputSize: [24, 24] });
    await loadWeights(network, formulaCheckpoint(network, ownDialect), ownDialect);
    // Tokens that are normalized already stay as they are under a norm without factors of its own.
    network.getLayer('norm').setWeights([ones([24]), zeros([24])]);
    const again = layers.layerNormalization({ epsilon: 1e-6, name: 'again' });
    const tokens = network.outputs[0]!;
    const x = further ? (again.apply(tokens) as SymbolicTensor) : tokens;
    const pooled = new TokenPooling({ mode: 'cls', prefix: 1 }).apply(x) as SymbolicTensor;
    const head = layers.dense({ units: 3, name: 'head' });
    const logits = head.apply(pooled) as SymbolicTensor;
    head.setWeights([tensor2d(formula(72, 5, 1), [24, 3]), tensor1d([0, 0, 0])]);
    const whole = model({ inputs: network.inputs, outputs: logits });
    const [why] = await explain(whole, images, { method: leGrad(), classIndex: 1 });
    maps.push([...why!.signed.values]);
  }
  const [plain, further] = maps as [number[], number[]];
  const most = Math.max(...plain.map(Math.abs));
  expect(most).toBeGreaterThan(0);
  further.forEach((value, place) => {
    expect(Math.abs(value - plain[place]!) / most).toBeLessThan(1e-3);
  });
});
