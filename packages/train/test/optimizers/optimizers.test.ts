import '@tensorflow/tfjs-backend-cpu';
import { memory, scalar, tensor1d, type Variable, variable } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  AdamW,
  clipByGlobalNorm,
  createOptimizer,
  globalNorm,
  type OptimizerOptions,
  Sgd,
  WeightAverage,
} from '../../src/index';

let weight: Variable;
let other: Variable;
beforeEach(() => {
  weight = variable(tensor1d([1, -2]));
  other = variable(scalar(10));
});
afterEach(() => {
  weight.dispose();
  other.dispose();
});
const numbers = async (value: { data(): Promise<ArrayLike<number>> }) =>
  Array.from(await value.data());

describe('an optimizer', () => {
  test('moves against the gradient; momentum adds up', async () => {
    const sgd = new Sgd({ momentum: 0.5 });
    const gradients = { [weight.name]: tensor1d([1, 0]) };
    sgd.apply([weight, other], gradients, 0.1);
    sgd.apply([weight, other], gradients, 0.1);
    // 0.1 and 0.1 * 1.5
    expect((await numbers(weight))[0]).toBeCloseTo(0.75, 6);
    expect(await numbers(other)).toEqual([10]);
    sgd.dispose();
    expect(() => new Sgd({ nesterov: true })).toThrow(/needs a momentum above 0/);
  });

  test('of AdamW shrinks weights by the learning rate times the decay alone', async () => {
    const adamw = new AdamW({ weightDecay: 0.5 });
    adamw.apply([other], { [other.name]: scalar(0) }, 0.1);
    expect((await numbers(other))[0]).toBeCloseTo(9.5, 5);
    adamw.dispose();
  });

  test('moves each group by its own factor and decay', async () => {
    const sgd = new Sgd({ weightDecay: 1 });
    const gradients = { [weight.name]: tensor1d([1, 1]), [other.name]: scalar(1) };
    sgd.apply([weight, other], gradients, 0.1, name =>
      name === other.name ? { learningRateFactor: 0.1, weightDecay: 0 } : {},
    );
    expect((await numbers(weight))[1]).toBeCloseTo(-2 - 0.1 * (1 - 2), 6);
    expect((await numbers(other))[0]).toBeCloseTo(9.99, 5);
    sgd.dispose();
  });

  const kinds: OptimizerOptions[] = [
    { name: 'adam', weightDecay: 0.1 },
    { name: 'adamw', weightDecay: 0.1 },
    { name: 'sgd', momentum: 0.9, nesterov: true },
  ];
  test.each(kinds)('$name goes on bit for bit from its state, and leaks nothing', async kind => {
    const before = memory().numTensors;
    const gradients = { [weight.name]: tensor1d([0.3, -0.7]) };
    const first = createOptimizer(kind);
    first.apply([weight], gradients, 0.1);
    const second = createOptimizer(kind);
    second.restore(first.state);
    const saved = variable(weight.clone(), true, 'saved');
    first.apply([weight], gradients, 0.1);
    const expected = await numbers(weight);
    weight.assign(saved);
    second.apply([weight], gradients, 0.1);
    expect(await numbers(weight)).toEqual(expected);
    for (const each of [first, second, gradients[weight.name]!, saved]) each.dispose();
    // The clone in the variable above.
    expect(memory().numTensors).toBe(before + 1);
  });

  test('of another name or state is refused', () => {
    expect(() => createOptimizer({ name: 'lion' } as never)).toThrow(/no optimizer 'lion'/);
    const sgd = new Sgd({ momentum: 0.9 });
    const state = { step: 1, slots: new Map([['w', { first: scalar(1) }]]) };
    expect(() => sgd.restore(state)).toThrow(/has no 'velocity'.*another optimizer/);
  });
});

describe('clipping', () => {
  test('scales all gradients by one factor, and leaves short ones alone', async () => {
    const gradients = { a: tensor1d([3, 0]), b: scalar(4) };
    expect((await numbers(globalNorm(gradients)))[0]).toBeCloseTo(5, 6);
    const clipped = clipByGlobalNorm(gradients, 1);
    expect((await numbers(clipped.a!))[0]).toBeCloseTo(0.6, 5);
    expect((await numbers(clipped.b!))[0]).toBeCloseTo(0.8, 5);
    expect(await numbers(clipByGlobalNorm(gradients, 6).a!)).toEqual([3, 0]);
  });
});

describe('the average of weights', () => {
  test('follows its closed form, and weights that do not change keep every bit', async () => {
    const average = new WeightAverage([weight, other], 0.5);
    const still = variable(tensor1d([1 / 3, 0.1]));
    const quiet = new WeightAverage([still], 0.9);
    let expected = 1;
    for (let step = 0; step < 12; step++) {
      weight.assign(tensor1d([step, -2]));
      average.update();
      quiet.update();
      const kept = Math.min(0.5, (1 + step) / (10 + step));
      expected = kept * expected + (1 - kept) * step;
    }
    expect((await numbers(average.aside[0]!))[0]).toBeCloseTo(expected, 5);
    expect(await numbers(quiet.aside[0]!)).toEqual(await numbers(still));
    average.dispose();
    quiet.dispose();
    still.dispose();
  });

  test('takes the place of the weights and gives it back', async () => {
    const average = new WeightAverage([weight], 0);
    weight.assign(tensor1d([5, 5]));
    average.use(true);
    expect(await numbers(weight)).toEqual([1, -2]);
    expect(() => average.update()).toThrow(/Call use\(false\)/);
    average.use(false);
    expect(await numbers(weight)).toEqual([5, 5]);
    average.dispose();
    expect(() => new WeightAverage([weight], 1)).toThrow(/0 to below 1, not 1/);
  });
});
