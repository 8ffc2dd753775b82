import '@tensorflow/tfjs-backend-cpu';
import { memory, mul, scalar, square, sum, tensor1d } from '@tensorflow/tfjs-core';
// Registers gradients.
import '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { gradientWithAux } from '../src/gradients/gradient-with-aux';

test('returns the gradient of the value, and the extra tensor', () => {
  const x = tensor1d([1, 2, 3]);
  const before = memory().numTensors;
  const [gradient, aux] = gradientWithAux(input => [sum(square(input)), mul(input, 10)], x);
  expect([...gradient.dataSync()]).toEqual([2, 4, 6]);
  expect([...aux.dataSync()]).toEqual([10, 20, 30]);
  expect(memory().numTensors - before).toBe(2);
  gradient.dispose();
  aux.dispose();
  expect(memory().numTensors).toBe(before);
});

test('the extra tensor may be the input: the caller gets its own tensor to dispose', () => {
  const x = tensor1d([1, 2]);
  const [gradient, aux] = gradientWithAux(input => [sum(input), input], x);
  gradient.dispose();
  aux.dispose();
  expect([...x.dataSync()]).toEqual([1, 2]);
});

test('disposes the extra tensor if there is no gradient because the value does not depend on the input', () => {
  const x = tensor1d([1, 2]);
  const before = memory().numTensors;
  expect(() => gradientWithAux(input => [scalar(1), input], x)).toThrow(/with respect to x/);
  expect(memory().numTensors).toBe(before);
});
