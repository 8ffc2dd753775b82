import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  cosineAnnealing,
  oneCycle,
  type Schedule,
  scheduleOf,
  stepwise,
  warmUp,
} from '../../src/index';

const file = new URL('../reference/schedules.json', import.meta.url);
const reference = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number[]>;

test.each<[string, Schedule]>([
  ['cosineAnnealing', cosineAnnealing(0.5, 10, 0.1)],
  ['stepwise', stepwise(0.5, 6, 0.3)],
  ['oneCycle', oneCycle(0.5, 40)],
  ['oneCycleOfOwn', oneCycle(0.5, 30, { rising: 0.1, initialDivisor: 5, finalDivisor: 100 })],
  ['warmUp', warmUp(cosineAnnealing(0.5, 15), 5, 0.25)],
])('%s gives the learning rates of PyTorch', (name, schedule) => {
  const expected = reference[name]!;
  const found = expected.map((_, step) => schedule(step));
  found.forEach((rate, step) => {
    expect(Math.abs(rate - expected[step]!), `step ${step}`).toBeLessThan(1e-12);
  });
});

describe('a schedule as plain data', () => {
  const length = { epochs: 4, stepsPerEpoch: 10 };

  test('lasts as long as the training', () => {
    const falling = scheduleOf({ name: 'cosineAnnealing', learningRate: 1, warmUp: 8 }, length);
    expect(falling(0)).toBe(0);
    expect(falling(4)).toBe(0.5);
    expect(falling(8)).toBe(1);
    expect(falling(24)).toBeCloseTo(0.5, 12);
    expect(falling(40)).toBeCloseTo(0, 12);
    expect(scheduleOf({ name: 'oneCycle', learningRate: 0.5 }, length)(39)).toBeCloseTo(
      0.5 / 25 / 1e4,
      12,
    );
    const steps = scheduleOf({ name: 'stepwise', learningRate: 1, epochs: 2, factor: 0.1 }, length);
    expect([steps(19), steps(20)]).toEqual([1, 0.1]);
    expect(scheduleOf({ name: 'constant', learningRate: 0.3 }, length)(17)).toBe(0.3);
  });

  test('of an unknown name is refused with those that there are', () => {
    expect(() => scheduleOf({ name: 'linear' } as never, length)).toThrow(
      /no schedule 'linear'. Known names: constant, cosineAnnealing/,
    );
  });
});
