import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { getBackend, getKernel, memory, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { capabilities, explain, fuseMaps, prepareModel } from '../src/index';
import { figures, methods, signless, size } from './figures';
import { images, network } from './formula';

beforeAll(async () => {
  const module = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(module)}${sep}`);
  await setBackend('wasm');
  expect(getBackend()).toBe('wasm');
});

// The engine has no kernel for a convolution's gradient by its filter: no map may need one.
describe('on the wasm engine, as pytorch-grad-cam on its own:', () => {
  const cases = Object.entries(figures.networks).flatMap(([kind, { taps }]) =>
    Object.entries(taps).flatMap(([tap, rows]) =>
      Object.keys(methods).map(method => ({ kind, tap, method, figure: rows[method]! })),
    ),
  );

  test.each(cases)('$method at $tap ($kind)', async ({ kind, tap, method, figure }) => {
    expect(getKernel('Conv2DBackpropFilter', 'wasm')).toBeUndefined();
    const parts = prepareModel(network(kind), { tap });
    const photos = images();
    const before = memory().numTensors;
    const options = { classIndex: figures.classes, ...methods[method] };
    const result = await explain(parts, photos, options);
    expect(memory().numTensors).toBe(before);
    const places = figure.raw.length / 2;
    result.forEach(({ signed }, image) => {
      const raw = figure.raw.slice(image * places, (image + 1) * places);
      const product = raw.reduce((total, value, i) => total + value * signed.values[i]!, 0);
      const sign = signless.has(method) && product < 0 ? -1 : 1;
      const turned = { ...signed, values: signed.values.map(value => sign * value) };
      const expected = figure.final.slice(image * 80, image * 80 + 80);
      fuseMaps([turned], size).values.forEach((value, i) => {
        expect(Math.abs(value - expected[i]!)).toBeLessThan(2e-3);
      });
      expect(correlation(ranks(turned.values), ranks(raw))).toBeGreaterThanOrEqual(0.999);
    });
    expect(getKernel('Conv2DBackpropFilter', 'wasm')).toBeUndefined();
  });

  test('capabilities says beforehand that nothing is lacking', async () => {
    const parts = prepareModel(network('flat'), { tap: 'relu1' });
    expect(await capabilities(parts, images())).toEqual({ forward: [], gradient: [] });
  });
});

/** Ranks, those of equal values (to seven digits) shared. */
function ranks(values: ArrayLike<number>): number[] {
  const rounded = Array.from(values, value => Math.round(value * 1e6));
  const order = rounded.map((_, i) => i).sort((a, b) => rounded[a]! - rounded[b]!);
  const found = new Array<number>(rounded.length);
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end < order.length && rounded[order[end]!] === rounded[order[i]!]) end++;
    for (let k = i; k < end; k++) found[order[k]!] = (i + end - 1) / 2;
    i = end;
  }
  return found;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((x, y) => x + y, 0) / values.length;
  const [left, right] = [a.map(value => value - mean(a)), b.map(value => value - mean(b))];
  const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right));
}
