import '@tensorflow/tfjs-backend-wasm';
import { gradCam, leGrad, probability, rollout } from '@shroom/gradcam';
import { compare, type MetricName, metrics, randomization, trust } from '@shroom/gradcam/metrics';
import { architectures, loadWeights, type ViTConfig, vit } from '@shroom/models';
import { memory, setBackend, type Tensor, tensor4d } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formula, formulaCheckpoint } from '../../packages/models/test/formula';

const [height, width] = [48, 64];
const config: ViTConfig = {
  ...{ patch: 16, width: 24, depth: 3, heads: 3, grid: 4, registers: 4, layerScale: true },
  ...{ positions: 'patches', epsilon: 1e-6, pool: 'cls' },
};

let network: LayersModel;
let images: Tensor;
beforeAll(async () => {
  await setBackend('wasm');
  network = vit(config, { inputSize: [height, width], classes: 5 });
  const dialect = architectures.vit_tiny_patch16_224.dialects[0]!;
  await loadWeights(network, formulaCheckpoint(network, dialect), dialect);
  images = tensor4d(formula(height * width * 3, 1, 4), [1, height, width, 3]);
});
afterAll(() => {
  images.dispose();
  network.dispose();
});

test('every metric measures maps of tokens, beside the baselines', async () => {
  const before = memory().numTensors;
  const left = Uint8Array.from({ length: width * height }, (_, place) =>
    Number(place % width < 32),
  );
  const rows = await compare(
    network,
    images,
    { gradCam: gradCam(), leGrad: leGrad() },
    {
      metrics: Object.keys(metrics) as MetricName[],
      masks: [{ width, height, values: left }],
      target: probability,
      model: network,
      baselines: ['center'],
    },
  );
  expect(memory().numTensors).toBe(before);
  expect(rows.map(({ name }) => name)).toEqual(['gradCam', 'leGrad', 'center']);
  for (const { scores } of rows.slice(0, 2)) {
    expect(Object.keys(scores).sort()).toEqual(Object.keys(metrics).sort());
    for (const [name, score] of Object.entries(scores))
      expect([name, Number.isFinite(score)]).toEqual([name, true]);
  }
});

test('a map that asks for no class does not depend on the classifier, and is not trusted', async () => {
  const [head, all] = await randomization(network, network, images, {
    method: rollout(),
    stages: 2,
  });
  expect(head!.layer).toBe('head');
  expect(Math.min(...head!.similarity)).toBeCloseTo(1, 6);
  expect(Math.max(...all!.similarity)).toBeLessThan(1);
  const [ofClass] = await randomization(network, network, images, { method: leGrad(), stages: 2 });
  expect(Math.max(...ofClass!.similarity)).toBeLessThan(0.999);
  const before = memory().numTensors;
  const [verdict] = await trust(network, images, { method: rollout(), model: network });
  expect(memory().numTensors).toBe(before);
  expect(verdict!.trusted).toBe(false);
  expect(verdict!.measured.similarity).toBeCloseTo(1, 6);
  expect(verdict!.reasons.join(' ')).toMatch(/random weights/);
});
