import '@tensorflow/tfjs-backend-cpu';
import {
  add,
  grad,
  max,
  memory,
  min,
  mul,
  sum,
  type Tensor,
  type Tensor4D,
  tensor2d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { differentiated } from '../src/evidence';
import { twiceDifferentiable } from '../src/gradients/second-gradients';
import {
  capabilities,
  explain,
  GradientError,
  hiResCam,
  logitPlusLogProbability,
  prepareModel,
  shapleyCam,
} from '../src/index';
import { formula } from './formula';
import { given, operations } from './gradient-cases';

const x = given();

/** A sum of all values, each with a weight of its own. */
const score = (values: Tensor) => sum(mul(values, formula(values.shape, 7)));

test.each([
  [
    'the largest',
    max,
    [
      [3, 3, 1, 3],
      [0, 2, 2, 1],
    ],
  ],
  [
    'the smallest',
    min,
    [
      [1, 1, 3, 1],
      [4, 2, 2, 3],
    ],
  ],
] as const)(
  '%s of values that are alike share their gradient, as in TensorFlow',
  async (_, extreme, rows) => {
    const of = (v: Tensor) => sum(mul(extreme(v, 1), [6, 4]));
    const values = await differentiated(() => grad(of)(tensor2d(rows.map(row => [...row]))));
    const expected = [2, 2, 0, 2, 0, 2, 2, 0];
    expect([...values.dataSync()]).toEqual(expected.map(value => expect.closeTo(value, 5)));
    // Raised together, they raise the extreme by as much: 6 + 4.
    expect(expected.reduce((total, value) => total + value)).toBe(10);
  },
);

describe.each(Object.entries(operations))('%s', (_, operation) => {
  test('has the gradient that finite differences give', async () => {
    const before = memory().numTensors;
    const of = (v: Tensor) => score(operation(v as Tensor4D));
    const values = await differentiated(() => tidy(() => grad(of)(x).dataSync()));
    expect(memory().numTensors).toBe(before);
    const data = x.dataSync();
    const at = (index: number, step: number) =>
      tidy(() => {
        const moved = data.slice();
        moved[index]! += step;
        return score(operation(tensor4d(moved, x.shape))).dataSync()[0]!;
      });
    // They are linear: a long step is exact.
    for (let index = 0; index < data.length; index += 5)
      expect(values[index]).toBeCloseTo(at(index, 1) / 2 - at(index, -1) / 2, 3);
  });

  test('has a second gradient', async () => {
    // Of the square of a linear map A, the gradient is 2 A'A x: applied to a direction it is linear again.
    const of = (v: Tensor) => {
      const y = operation(v as Tensor4D);
      return sum(mul(y, mul(y, y)));
    };
    const direction = formula(x.shape, 9);
    const values = await differentiated(
      () => tidy(() => grad((v: Tensor) => sum(mul(grad(of)(v), direction)))(x).dataSync()),
      twiceDifferentiable,
    );
    const gradientAt = (step: number) =>
      differentiated(() => tidy(() => grad(of)(add(x, mul(direction, step))).dataSync()));
    const [up, down] = [await gradientAt(0.5), await gradientAt(-0.5)];
    // The gradient is quadratic in the step: a difference about the middle is exact.
    values.forEach((value, i) => {
      expect(Math.abs(value - (up[i]! - down[i]!))).toBeLessThan(
        1e-3 * Math.max(1, Math.abs(value)),
      );
    });
  });
});

function model(...after: Parameters<ReturnType<typeof sequential>['add']>[0][]) {
  const result = sequential({
    layers: [
      layers.conv2d({
        inputShape: [12, 10, 3],
        filters: 4,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        name: 'tap',
      }),
      ...after,
      layers.flatten({}),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  });
  result.setWeights(result.getWeights().map(({ shape }, i) => formula(shape, i, 1)));
  return result;
}
const photos = formula([1, 12, 10, 3], 5, 2) as Tensor4D;

test.each([
  [
    'a dilated layer',
    layers.conv2d({
      filters: 4,
      kernelSize: 3,
      padding: 'same',
      dilationRate: 2,
      activation: 'relu',
    }),
  ],
  ['upsampling', layers.upSampling2d({ size: [2, 3], interpolation: 'bilinear' })],
  ['average pooling', layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' })],
])('a model with %s is explained, and predicts as it does', async (_, layer) => {
  const built = model(layer);
  const parts = prepareModel(built, { tap: 'tap' });
  expect(await capabilities(parts, photos)).toEqual({ forward: [], gradient: [] });
  const [found] = await explain(parts, photos, { method: hiResCam(), classIndex: 1 });
  const own = (built.predict(photos) as Tensor).dataSync();
  found!.probabilities.forEach((value, i) => {
    expect(value).toBeCloseTo(own[i]!, 5);
  });
  // Features times gradient sum to how the logit grows with all features.
  const cut = parts.forward(photos);
  const at = (factor: number) =>
    tidy(() => parts.tail(mul(cut.features, factor), cut.side).dataSync()[1]!);
  const growth = (at(1.001) - at(0.999)) / 0.002;
  expect(found!.signed.values.reduce((a, b) => a + b, 0)).toBeCloseTo(growth, 1);
  cut.dispose();
});

test('an operation without a second derivative is named in the error', async () => {
  const parts = prepareModel(model(layers.maxPooling2d({ poolSize: 2 })), { tap: 'tap' });
  const found = explain(parts, photos, { method: shapleyCam(), target: logitPlusLogProbability });
  await expect(found).rejects.toThrow(GradientError);
  await expect(found).rejects.toThrow(
    /'MaxPoolGrad' is itself a gradient and cannot be differentiated again.*reciproCam/,
  );
});
