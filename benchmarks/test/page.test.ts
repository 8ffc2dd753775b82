import { expect, test } from 'vitest';
import { benchmarksPage } from '../page/benchmarks-page';
import type { Result } from '../runner/results';

const machine = {
  ...{ cpu: 'a processor', cores: 2, threads: 2, memory: 8, system: 'linux x64', versions: {} },
};
const spread = { ours: [1, 1], peers: { pytorch: [2, 2] } } as const;
const older: Result = {
  ...{ name: 'older', unit: 's', ours: 1, peers: { pytorch: 2 }, ratio: 0.5, better: 'lower' },
  ...{ best: 'pytorch', spread, rounds: 7, date: '2026-01-01', machine },
  bounds: [{ peer: 'pytorch', relation: '<=', factor: 1, ratio: 0.5, met: true }],
};
const newer: Result = {
  ...older,
  name: 'newer',
  ways: { pytorch: { eager: 2 } },
  bounds: [{ ...older.bounds[0]!, interval: [0.4, 0.6] }],
};

test('the page says which rows were measured by older rules', () => {
  const says = (results: readonly Result[]) => benchmarksPage(results, [], []);
  expect(says([newer])).not.toContain('not again since');
  expect(says([older])).toContain('not again since: all rows so far.');
  expect(says([older, newer])).toContain('not again since: `older`.');
});
