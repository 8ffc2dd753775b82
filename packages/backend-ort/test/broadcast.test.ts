import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apart, computations, drawOperands, forwardsAndBackwards } from '../fuzz/broadcasts';
import { configureOrt } from '../src/index';
import './backends';

beforeAll(async () => {
  configureOrt({ threads: 1 });
  await tf.setBackend('ort');
});
afterAll(() => configureOrt({}));

const first = (x: tf.Tensor): number => x.dataSync()[0]!;

test('a tiled tensor broadcasts against another as it is: not dropped because sizes are equal', () => {
  tf.tidy(() => {
    const tiled = tf.tile(tf.tensor2d([[1, 2, 3]]), [2, 1]);
    expect(first(tf.sum(tf.mul(tiled, tf.ones([6, 1, 1]))))).toBe(72);
    const wide = tf.tile(tf.ones([1, 5]), [7, 1]);
    expect(first(tf.sum(tf.mul(wide, tf.ones([8, 1, 5]))))).toBe(280);
    const copied = tf.broadcastTo(tf.tensor2d([[1], [2]]), [2, 3]);
    const rows = tf.tensor([1, 2, 3, 4, 5, 6], [6, 1, 1]);
    expect(Array.from(tf.sum(tf.sub(copied, rows), [1, 2]).dataSync())).toEqual([
      3, -3, -9, -15, -21, -27,
    ]);
    const positive = tf.greater(
      tf.broadcastTo(tf.tensor2d([[1, 2, 3]]), [2, 3]),
      tf.zeros([6, 1, 1]),
    );
    expect(first(tf.sum(tf.where(positive, tf.tensor1d([1]), tf.tensor1d([0]))))).toBe(36);
  });
});

test('the gradient of a mean is an equal share for every element, whatever it meets', () => {
  tf.tidy(() => {
    const gradient = tf.grad(x => tf.mean(x))(tf.ones([2, 3]));
    // Six shares of a sixth, in each of six rows.
    expect(first(tf.sum(tf.mul(gradient, tf.ones([6, 1, 1]))))).toBeCloseTo(6, 5);
  });
});

test('operands of ranks 1 to 6 broadcast as on cpu, forwards and backwards', async () => {
  const names = Object.keys(computations);
  for (let seed = 0; seed < 5 * names.length; seed++) {
    const name = names[seed % names.length]!;
    const operands = drawOperands(seed);
    await tf.setBackend('cpu');
    const expected = await forwardsAndBackwards(computations[name]!, operands);
    await tf.setBackend('ort');
    const given = await forwardsAndBackwards(computations[name]!, operands);
    const shapes = operands.map(({ shape }) => `[${shape}]`).join(', ');
    expect(apart(expected, given), `${name} of ${shapes}`).toBeLessThan(1e-5);
  }
}, 120_000);
