import { expect, test } from 'vitest';
import { mainTable } from '../page/table';
import type { Machine } from '../runner/machine';
import { disagrees, resultOf } from '../runner/results';
import { node, type Row } from '../runner/row';

const machine: Machine = {
  ...{ cpu: 'a processor', cores: 2, threads: 2, memory: 8, system: 'linux x64', versions: {} },
};
const row: Row = {
  ...{ name: 'some-head', measures: 'a head', unit: 's', better: 'lower', warmup: 0, rounds: 7 },
  bounds: [{ peer: 'scikit-learn', relation: '<=', factor: 1 }],
  value: seconds => seconds,
  ours: () => node('serve.ts'),
  peers: {},
};
const classes = Array.from({ length: 200 }, (_, index) => index % 9);
const answers = (value: number, wrong: number) => ({
  values: Array.from({ length: 7 }, () => value),
  classes: classes.map((answer, index) => (index < wrong ? 8 - answer : answer)),
});

test('a peer that gives other answers has no verdict, and the table says so', () => {
  // The fifth answer, 4, is the same after the exchange.
  const other = resultOf(row, { ours: answers(1, 0), 'scikit-learn': answers(2, 40) }, machine);
  expect(other.agreement!['scikit-learn']).toBeCloseTo(1 - 36 / 200, 2);
  expect(other.bounds).toEqual([]);
  expect(disagrees(other, 'scikit-learn')).toBe(true);
  expect(mainTable([other], [row])).toContain('| other answers |');
});

test('a few answers close to a tie may differ', () => {
  const near = resultOf(row, { ours: answers(1, 0), 'scikit-learn': answers(2, 1) }, machine);
  expect(near.agreement).toEqual({ 'scikit-learn': 0.995 });
  expect(near.bounds).toMatchObject([{ peer: 'scikit-learn', ratio: 0.5, met: true }]);
  expect(mainTable([near], [row])).toContain('| 2.00 x |');
});

test('fewer answers than ours are not the same ones', () => {
  const few = { ...answers(2, 0), classes: classes.slice(0, 100) };
  const result = resultOf(row, { ours: answers(1, 0), 'scikit-learn': few }, machine);
  expect(result.agreement).toEqual({ 'scikit-learn': 0.5 });
  expect(result.bounds).toEqual([]);
});
