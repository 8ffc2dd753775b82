import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noChromium } from '@shroom-internal/chromium';
import { afterAll, describe, expect, test } from 'vitest';
import { root, runProgram } from './program';

const folder = mkdtempSync(join(tmpdir(), 'shroom-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
// Without tfjs-node, which may be installed.
const bench = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runProgram(join(root, 'benchmarks/bench.ts'), args, {
    env: { TFJS_NODE: join(folder, 'no-tfjs-node'), ...env },
  });
const read = (path: string) => readFileSync(path, 'utf8');

describe('a row of the benchmarks', () => {
  const out = join(folder, 'row');
  const results = join(out, 'results.json');

  test('is measured beside the peers that are there, and those that are not are announced', async () => {
    const args = ['head-step-32', '--rounds', '1', '--out', out];
    const { code, stdout, stderr } = await bench(args, { PYTHON: join(folder, 'no-python') });
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(
      /no-python \(there is no such program\) has no torch: there is no column/,
    );
    expect(stdout).toMatch(/pip install torch .*onnxruntime/);
    const [result, ...more] = JSON.parse(read(results));
    expect(more).toEqual([]);
    expect(result).toMatchObject({
      name: 'head-step-32',
      unit: 'ms/step',
      ours: expect.any(Number),
      peers: { 'tfjs-wasm': expect.any(Number), 'tfjs-cpu': expect.any(Number) },
      better: 'lower',
      // The peers of these bounds are missing.
      bounds: [],
      rounds: 1,
    });
    const inBrowser = noChromium ? [] : ['tfjs-chromium'];
    expect(Object.keys(result.peers)).toEqual(['tfjs-wasm', ...inBrowser, 'tfjs-cpu']);
    const fastest = Math.min(...(Object.values(result.peers) as number[]));
    expect(result.ratio).toBeCloseTo(result.ours / fastest, 3);
    expect(read(join(out, 'benchmarks.md'))).toContain('| **head-step-32**<br>');

    const again = await bench([...args, '--resume'], { PYTHON: join(folder, 'no-python') });
    expect(again.stdout).toMatch(/head-step-32 .*measured on this machine on \d{4}-/);
    expect(JSON.parse(read(results))).toEqual([result]);
  });

  test('that fails says why, and leaves its older result', async () => {
    const before = read(results);
    // A fake Python that reports torch but fails when a peer is started.
    const python = join(folder, 'broken-python');
    writeFileSync(
      python,
      '#!/bin/sh\nif [ "$1" = -c ]; then echo \'{"torch":"1.0"}\'; else echo "no such kernel" >&2; exit 3; fi\n',
    );
    chmodSync(python, 0o755);
    const args = ['head-step-32', '--rounds', '1', '--out', out];
    const { code, stdout } = await bench(args, { PYTHON: python });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /failed: 'torch_peer.py head step 32 0 eager' ended \(exit code 3\):\s+no such/,
    );
    expect(stdout).toMatch(/its result of \d{4}-\d\d-\d\d stays/);
    expect(read(results)).toBe(before);
  });

  test('that nobody knows is answered with those that there are', async () => {
    const { code, stdout } = await bench(['resnet51']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/There is no row 'resnet51'. There are: resnet50-forward-299, /);
  });
});

describe('another checkout', () => {
  test('is measured beside this one, and nothing is written', async () => {
    const args = ['head-step-32', '--rounds', '2', '--against', root];
    const { code, stdout, stderr } = await bench(args, { PYTHON: join(folder, 'no-python') });
    expect(code, stdout + stderr).toBe(0);
    const line = /of the time \(95 %: ([\d.]+) to ([\d.]+); 2 pairs\)/.exec(stdout);
    expect(Number(line?.[1])).toBeGreaterThan(0);
    expect(Number(line?.[2])).toBeGreaterThanOrEqual(Number(line?.[1]));
    expect(stdout).not.toMatch(/figures in/);
  });

  test('that is none is refused', async () => {
    const { code, stdout } = await bench(['head-step-32', '--against', folder]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/--against: '.*' is no checkout of this project/);
  });
});

describe('the figures that are kept', () => {
  const kept = ['results.json', 'growth.json', 'limits.json'];
  const source = (name: string) => join(root, 'benchmarks', name);
  const results = JSON.parse(read(source('results.json')));

  test('have the form that others read', () => {
    expect(results.length).toBeGreaterThan(0);
    for (const { name, unit, ours, peers, ratio, better } of results) {
      expect([name, unit, ours, ratio].map(each => typeof each)).toEqual([
        'string',
        'string',
        'number',
        'number',
      ]);
      const values = Object.values(peers) as number[];
      const best = better === 'lower' ? Math.min(...values) : Math.max(...values);
      expect([name, Math.abs(ratio / (ours / best) - 1) < 1e-3]).toEqual([name, true]);
    }
  });

  test('make the pages and pictures as they are committed', async () => {
    const out = mkdtempSync(join(folder, 'pages-'));
    for (const name of kept)
      if (existsSync(source(name))) copyFileSync(source(name), join(out, name));
    const performance = join(root, 'docs/performance.md');
    if (existsSync(performance)) copyFileSync(performance, join(out, 'performance.md'));
    const { code, stdout } = await bench(['--page', '--out', out]);
    expect(code, stdout).toBe(0);
    const written = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter(name =>
      /\.(md|svg)$/.test(name),
    );
    expect(written).toContain('benchmarks.md');
    for (const name of written)
      expect([name, read(join(out, name)) === read(join(root, 'docs', name))]).toEqual([
        name,
        true,
      ]);
    const pictures = readdirSync(join(root, 'docs/images/benchmarks'));
    expect(written.filter(name => name.endsWith('.svg')).length).toBe(pictures.length);
  });
});
