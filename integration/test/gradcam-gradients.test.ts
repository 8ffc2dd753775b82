import '@shroom/backend-ort';
import '@tensorflow/tfjs-backend-cpu';
import {
  explain,
  hiResCam,
  logitPlusLogProbability,
  prepareModel,
  shapleyCam,
} from '@shroom/gradcam';
import { architectures, loadWeights } from '@shroom/models';
import {
  abs,
  add,
  grad,
  memory,
  mul,
  setBackend,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { differentiated } from '../../packages/gradcam/src/evidence';
import { twiceDifferentiable } from '../../packages/gradcam/src/gradients/second-gradients';
import { formula } from '../../packages/gradcam/test/formula';
import { given, operations } from '../../packages/gradcam/test/gradient-cases';
import { formulaCheckpoint } from '../../packages/models/test/formula';

// Models are created before any test chooses an engine.
await setBackend('cpu');

/** Computes on `ort` and on `cpu`. The package's own tests compare the gradients on `cpu` with finite differences. */
async function both<T>(compute: () => Promise<T>): Promise<[T, T]> {
  const found: T[] = [];
  for (const engine of ['ort', 'cpu']) {
    await setBackend(engine);
    found.push(await compute());
  }
  return found as [T, T];
}

function expectAlike(found: ArrayLike<number>, expected: ArrayLike<number>, share: number): void {
  const most = Math.max(...Array.from(expected, Math.abs));
  expect(most).toBeGreaterThan(0);
  expect(found.length).toBe(expected.length);
  const worst = Math.max(...Array.from(found, (value, i) => Math.abs(value - expected[i]!)));
  expect(worst).toBeLessThan(share * most);
}

describe.each(Object.entries(operations))('%s on ort', (_, operation) => {
  test('has its gradient', async () => {
    const of = (x: Tensor) => {
      const y = operation(x as never);
      return sum(mul(y, formula(y.shape, 7)));
    };
    const [found, expected] = await both(() => {
      const x = given();
      return differentiated(() => tidy(() => grad(of)(x).dataSync()));
    });
    expectAlike(found, expected, 1e-5);
  });

  test('has its second gradient', async () => {
    const of = (x: Tensor) => {
      const y = operation(x as never);
      return sum(mul(y, mul(y, y)));
    };
    const [found, expected] = await both(() => {
      const [x, direction] = [given(), formula(given().shape, 9)];
      return differentiated(
        () => tidy(() => grad((v: Tensor) => sum(mul(grad(of)(v), direction)))(x).dataSync()),
        twiceDifferentiable,
      );
    });
    expectAlike(found, expected, 1e-4);
  });
});

test.each([
  ['convnext_tiny', 'stages.2', shapleyCam(), 48],
  ['inception_v3', undefined, hiResCam(), 80],
] as const)('%s at an earlier layer', async (name, stage, method, side) => {
  const { build, taps, dialects } = architectures[name];
  const network = build({ inputSize: [side, side], classes: 1000 });
  const torchvision = dialects.find(dialect => dialect.name === 'torchvision')!;
  await loadWeights(network, formulaCheckpoint(network, torchvision), torchvision);
  const tap = (taps.find(each => each.stage === stage) ?? taps.at(-2)!).layer;
  const [found, expected] = await both(async () => {
    const parts = prepareModel(network, { tap, link: 'softmax' });
    const images = formula([1, side, side, 3], 1, 4);
    const before = memory().numTensors;
    const [explanation] = await explain(parts, images, {
      classIndex: 2,
      method,
      target: logitPlusLogProbability,
    });
    expect(memory().numTensors).toBe(before);
    return explanation!.signed.values;
  });
  expectAlike(found, expected, 5e-3);
});

test('a batch norm without a scale after the tap', async () => {
  const result = sequential({
    layers: [
      layers.conv2d({ inputShape: [8, 8, 3], filters: 4, kernelSize: 3, name: 'tap' }),
      layers.batchNormalization({ scale: false }),
      layers.reLU({}),
      layers.flatten({}),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  result.setWeights(result.getWeights().map(({ shape }, i) => add(abs(formula(shape, i, 1)), 0.1)));
  const [found, expected] = await both(async () => {
    const images = formula([1, 8, 8, 3], 1, 4);
    const [explanation] = await explain(result, images, {
      tap: 'tap',
      classIndex: 1,
      method: hiResCam(),
    });
    return explanation!.signed.values;
  });
  expectAlike(found, expected, 1e-4);
});
