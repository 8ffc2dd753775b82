import '@tensorflow/tfjs-backend-cpu';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { cosineAnnealing, crossEntropy } from '../src/index';

const value = async (loss: { data(): Promise<ArrayLike<number>> }) => (await loss.data())[0]!;

test('cross entropy of equal logits is the logarithm of their number', async () => {
  const loss = crossEntropy(tensor1d([0, 3], 'int32'), tensor2d([1, 1, 1, 1, 5, 5, 5, 5], [2, 4]));
  expect(await value(loss)).toBeCloseTo(Math.log(4), 6);
});

test('class weights make a weighted mean: a class of weight 0 does not count', async () => {
  const logits = tensor2d([2, 0, 0, 0], [2, 2]);
  const loss = crossEntropy(tensor1d([0, 1], 'int32'), logits, { classWeights: tensor1d([3, 0]) });
  expect(await value(loss)).toBeCloseTo(Math.log(1 + Math.exp(-2)), 6);
});

test('cosine annealing falls to its least in one period and rises again in the next', () => {
  const schedule = cosineAnnealing(1, 10, 0.2);
  expect([0, 5, 10, 15, 20].map(step => Math.round(schedule(step) * 1e9) / 1e9)).toEqual([
    1, 0.6, 0.2, 0.6, 1,
  ]);
});
