import '@tensorflow/tfjs-backend-cpu';
import {
  fused,
  getKernel,
  memory,
  type Scalar,
  sum,
  type Tensor,
  type Tensor4D,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { explain, prepareModel } from '../src/index';
import { formula, images, network } from './formula';

const name = 'Conv2DBackpropFilter';

test('an explanation computes no gradient with respect to a filter, and restores the engine’s kernel', async () => {
  const own = getKernel(name, 'cpu');
  const parts = prepareModel(network('flat'), { tap: 'relu1' });
  let asked: unknown;
  const watched = {
    ...parts,
    tail: (features: Tensor4D, side: readonly Tensor[]) => {
      asked = getKernel(name, 'cpu');
      return parts.tail(features, side);
    },
  };
  await explain(watched, images(), { classIndex: 1 });
  expect(asked).not.toBe(own);
  expect(getKernel(name, 'cpu')).toBe(own);
});

test('the engine gets its own kernel back when an explanation fails', async () => {
  const own = getKernel(name, 'cpu');
  const parts = prepareModel(network('flat'), { tap: 'relu1' });
  const photos = images();
  const before = memory().numTensors;
  const broken = {
    ...parts,
    tail: () => {
      throw new Error('broken');
    },
  };
  await expect(explain(broken, photos, { classIndex: 1 })).rejects.toThrow('broken');
  expect(getKernel(name, 'cpu')).toBe(own);
  expect(memory().numTensors).toBe(before);
});

test('training after an explanation still moves filters', async () => {
  await explain(prepareModel(network('flat'), { tap: 'relu1' }), images(), { classIndex: 1 });
  const filter = variable(formula([3, 3, 3, 2], 5) as Tensor4D);
  const { grads } = variableGrads(() =>
    sum<Scalar>(fused.conv2d({ x: images(), filter, strides: 1, pad: 'same' })),
  );
  expect(
    Object.values(grads)[0]!
      .dataSync()
      .some(value => value !== 0),
  ).toBe(true);
});
