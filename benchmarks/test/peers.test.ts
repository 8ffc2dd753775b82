import { expect, test } from 'vitest';
import type { Limits } from '../limits/measure';
import { benchmarksPage } from '../page/benchmarks-page';
import { slowPeers } from '../page/slow-peers';
import { mainTable } from '../page/table';
import { rows } from '../rows/table';
import { missingPeers } from '../runner/peers';
import { resultOf } from '../runner/results';
import { engines, node, type PeerName, type Row } from '../runner/row';

const machine = {
  ...{ cpu: 'a processor', cores: 2, threads: 2, memory: 8, system: 'linux x64', versions: {} },
};
const steady = (value: number) => ({ values: Array.from({ length: 7 }, () => value) });
const row: Row = {
  ...{ name: 'resnet50-forward-299', measures: 'ResNet50', unit: 'ms/image', better: 'lower' },
  ...{ warmup: 0, rounds: 7, value: seconds => seconds, ours: () => node('forward.ts'), peers: {} },
  bounds: [{ relation: '<=', factor: 1 }],
};

test('a bound on the best peer does not mean an engine of tfjs, which runs our own program', () => {
  const measured = { ours: steady(10), pytorch: steady(20), 'tfjs-node': steady(5) };
  const { bounds, best } = resultOf(row, measured, machine);
  expect(best).toBe('tfjs-node');
  expect(bounds).toMatchObject([{ peer: 'pytorch', met: true }]);
  const alone = resultOf(row, { ours: steady(10), 'tfjs-wasm': steady(20) }, machine);
  expect(alone.bounds).toEqual([]);
});

test('a goal is shown, and is no bound that is met or not', () => {
  const goal: Row = { ...row, bounds: [{ relation: '<=', factor: 1, isGoal: true }] };
  const result = resultOf(goal, { ours: steady(1), pytorch: steady(2) }, machine);
  const page = benchmarksPage([result], [], [goal]);
  expect(page).toContain('0 of 0 bounds are met');
  expect(page).toContain('goal: at most 1.00 times PyTorch: 0.500 (0.500 to 0.500), ✓ met');
});

/** 15 GFLOP an image, and 300 GFLOP/s in a plain product: at best 50 ms an image. */
const costs = [{ network: 'resnet50', size: 299, gflop: 15 }].map(cost => ({
  ...cost,
  layers: 0,
  weights: 1,
  traffic: 1,
  leastTraffic: 1,
}));
const limits: Limits = {
  limits: [{ name: 'product', unit: 'GFLOP/s', threads: 2, best: { PyTorch: 300, others: 200 } }],
  date: '2026-01-01',
  machine,
};

test('a peer whose forward pass reaches less than a quarter of a plain product is marked', () => {
  const peers = { onnxruntime: steady(60), pytorch: steady(250), 'tfjs-wasm': steady(1000) };
  const result = resultOf(row, { ours: steady(50), ...peers }, machine);
  // 15 / 0.25 = 60 GFLOP/s, a fifth. wasm cannot be faster, so that it is not marked.
  expect(slowPeers(result, costs, limits)).toEqual({ pytorch: 0.2 });
  const table = mainTable([result], [row], each => slowPeers(each, costs, limits));
  expect(table).toContain('PyTorch 250 ⚑ 20 %');
  expect(table.match(/⚑/g)).toHaveLength(1);
});

test('no peer is marked without limits of the same machine, or in a row that is no forward pass', () => {
  const measured = { ours: steady(50), pytorch: steady(250) };
  const result = resultOf(row, measured, machine);
  expect(slowPeers(result, costs, undefined)).toEqual({});
  const other = { ...limits, machine: { ...machine, cpu: 'another processor' } };
  expect(slowPeers(result, costs, other)).toEqual({});
  const maps = resultOf({ ...row, name: 'gradcam-resnet50-299' }, measured, machine);
  expect(slowPeers(maps, costs, limits)).toEqual({});
});

test('peers that are absent are announced with what installs them', () => {
  const lines = missingPeers({ python: undefined, versions: {} }).join('\n');
  expect(lines).toMatch(/no scikit-learn: there is no column of scikit-learn/);
  expect(lines).toMatch(/no tfjs-node: .*tools\/tfjs-node\/link\.mjs peers/);
  expect(lines).toMatch(/There is no Chromium: .*CHROMIUM=<path> npm run bench/);
  const some = missingPeers({ python: '/bin/python', versions: { 'tfjs-node': '4.22.0' } });
  expect(some.join('\n')).not.toContain('tfjs-node');
});

test('every column that needs an installation says so, and every row has a name of its own', () => {
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
  for (const { name, peers } of rows)
    for (const [peer, each] of Object.entries(peers)) {
      const needed = { 'tfjs-node': 'tfjs-node', 'tfjs-chromium': 'chromium' }[peer as string];
      if (needed) expect([name, each.needs]).toEqual([name, needed]);
      if (peer.startsWith('tfjs-')) expect(engines).toContain(peer as PeerName);
    }
});
