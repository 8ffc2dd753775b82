import { expect, test } from 'vitest';
import { printStatus } from '../../src/command/status';
import { screenOf } from './screen';

const status = {
  what: 'predict',
  photos: 10_000,
  shards: 40,
  done: Array.from({ length: 20 }, (_, shard) => shard),
  running: [20, 21, 22],
  failed: Array.from({ length: 7 }, (_, index) => ({
    shard: 23 + index,
    name: 'PlanError',
    message: 'the classifier.json is another one',
    log: `/jobs/pets.plan.shards/000${23 + index}/log.txt`,
  })),
  missing: [30, 31, 35],
  photosDone: 5_250,
  unread: 4,
  remaining: 3_700,
} as const;

test('the status fits 50 columns, and names shards as schedulers take them', () => {
  const { printer, text } = screenOf(50);
  printStatus(printer, 'pets.plan', status, false);
  const lines = text().split('\n');
  for (const line of lines)
    expect(line.length <= 50 || !line.trim().includes(' '), line).toBe(true);
  expect(text()).toContain('█░');
  expect(text()).toMatch(/predict +█{15}░{13} 52 %/);
  expect(text()).toMatch(/missing +3: 30-31,35\n/);
  expect(text()).toMatch(/time left +1 h 1 min\n/);
  expect(text()).toContain('shard 27:');
  expect(text()).not.toContain('shard 28:');
  expect(text()).toContain('and 2 more shards that failed');
});

test('when all is done, the status says how to merge', () => {
  const { printer, text } = screenOf(50);
  const done = Array.from({ length: 40 }, (_, shard) => shard);
  printStatus(
    printer,
    'my pets.plan',
    { ...status, done, running: [], failed: [], missing: [] },
    false,
  );
  expect(text()).toMatch(/next +(shroom|npx @shroom\/classifier) merge 'my\s+pets\.plan'\n/);
});
