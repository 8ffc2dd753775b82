import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mainTable } from '../page/table';
import { compare } from '../runner/comparison';
import type { Machine } from '../runner/machine';
import { bestWay, isOpen, resultOf } from '../runner/results';
import { node, python, type Row } from '../runner/row';

const machine: Machine = {
  ...{ cpu: 'a processor', cores: 2, threads: 2, memory: 8, system: 'linux x64', versions: {} },
};
const row: Row = {
  ...{ name: 'some-row', measures: 'a step', unit: 's', better: 'lower', warmup: 0, rounds: 9 },
  bounds: [{ peer: 'pytorch', relation: '<=', factor: 1 }],
  value: seconds => seconds,
  ours: () => node('serve.ts'),
  peers: {},
};
/** Nine rounds around a median. */
const around = (median: number, deviation: number) => ({
  values: Array.from({ length: 9 }, (_, i) => median + (i - 4) * deviation),
});
const steady = (value: number) => around(value, 0);

test('a peer counts as it is best, and says how it was run', () => {
  const result = resultOf(
    row,
    {
      ours: steady(1),
      'pytorch/eager': steady(3),
      'pytorch/channels-last': steady(2),
      'pytorch/compiled': steady(2.5),
    },
    machine,
  );
  expect(result.peers).toEqual({ pytorch: 2 });
  expect(result.ways).toEqual({ pytorch: { eager: 3, 'channels-last': 2, compiled: 2.5 } });
  expect(bestWay(result, 'pytorch')).toBe('channels-last');
  expect(result.ratio).toBe(0.5);
  expect(mainTable([result], [row])).toContain('PyTorch (channels-last) 2.00');
});

test('there is a verdict only where the whole interval is on one side of the bound', () => {
  const boundOf = (ours: { values: number[] }) =>
    resultOf(row, { ours, pytorch: steady(1) }, machine).bounds[0]!;
  const met = boundOf(around(0.8, 0.05));
  expect(met).toMatchObject({ ratio: 0.8, interval: [0.65, 0.95], met: true });
  const open = boundOf(around(0.95, 0.05));
  expect([open.met, isOpen(open)]).toEqual([false, true]);
  const missed = boundOf(around(1.5, 0.05));
  expect([missed.met, isOpen(missed)]).toEqual([false, false]);
  const table = (ours: { values: number[] }) =>
    mainTable([resultOf(row, { ours, pytorch: steady(1) }, machine)], [row]);
  expect(table(around(0.8, 0.05))).toContain('0.800 (0.650 to 0.950), ✓ met');
  expect(table(around(0.95, 0.05))).toContain('**? open**');
  expect(table(around(1.5, 0.05))).toContain('**✗ not met**');
});

test('a way that cannot start is left out and said, but the plain way has to run', async () => {
  const checkout = mkdtempSync(join(tmpdir(), 'shroom-ways-'));
  mkdirSync(join(checkout, 'benchmarks/contestants'), { recursive: true });
  const program =
    "console.log(0); process.stdin.on('data', () => console.log(1)).on('end', () => console.log(9));";
  writeFileSync(join(checkout, 'benchmarks/contestants/works.mjs'), program);
  const works = { ...node('works.mjs'), checkout };
  const fails = python('no-such-program.py');
  const left: string[] = [];
  const run = (commands: Parameters<typeof compare>[1]) =>
    compare(
      { value: seconds => seconds, warmup: 0, rounds: 2 },
      commands,
      { python: '/bin/false', threads: 1 },
      () => {},
      name => left.push(name),
    );
  const measured = await run({ 'pytorch/eager': works, 'pytorch/compiled': fails });
  expect(Object.keys(measured)).toEqual(['pytorch/eager']);
  expect(left).toEqual(['pytorch/compiled']);
  await expect(run({ 'pytorch/eager': fails, 'pytorch/compiled': works })).rejects.toThrow(
    /no-such-program.py' ended/,
  );
  rmSync(checkout, { recursive: true });
});
