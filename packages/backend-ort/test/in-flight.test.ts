import { expect, test } from 'vitest';
import { Executor } from '../src/executor';
import { type GraphNode, leaf } from '../src/graph/node';
import { convolution, convolutionInputGradient } from '../src/operators/convolution';
import { elementwise } from '../src/operators/elementwise';
import { croppedGradient, withoutPadding } from '../src/operators/padding';
import { expand, pad } from '../src/operators/shape';
import type { Runtime } from '../src/runtime/runtime';

const window = {
  kernelSize: [3, 3],
  strides: [1, 1],
  dilations: [1, 1],
  before: [0, 0],
  after: [0, 0],
};
const numbers = (...shape: number[]) =>
  leaf(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape, 'float32');

/** Starts a run of the targets that ends when `finish` is called. */
function start(...targets: GraphNode[]): { finish: () => Promise<void> } {
  let end = () => {};
  const gate = new Promise<void>(resolve => {
    end = resolve;
  });
  const session = { run: () => gate, release: () => {} };
  const runtime: Runtime = { name: 'gated', computesWith: '', create: async () => session };
  const executor = new Executor(runtime, {
    sessionCacheSize: 1,
    compileWeights: true,
    bufferPoolBytes: 0,
  });
  const running = executor.compute(targets);
  return {
    finish: () => {
      end();
      return running;
    },
  };
}

test('a padded input is looked through until it is being computed: its own input is gone afterwards', async () => {
  const padded = pad(elementwise('Relu', [numbers(1, 2, 2, 1)]), [0, 1, 1, 0], [0, 1, 1, 0]);
  expect(withoutPadding(padded, window).window.before).toEqual([1, 1]);
  const run = start(padded);
  expect(withoutPadding(padded, window)).toEqual({ x: padded, window });
  await run.finish();
  expect(withoutPadding(padded, window)).toEqual({ x: padded, window });
});

test('so is a gradient that is cut', async () => {
  const dy = elementwise('Relu', [numbers(1, 2, 2, 1)]);
  const gradient = convolutionInputGradient(dy, numbers(3, 3, 1, 1), window, [1, 4, 4, 1]);
  const cut = () => croppedGradient(gradient, [0, 1, 1, 0], [1, 3, 3, 1]);
  expect(cut()?.shape).toEqual([1, 2, 2, 1]);
  const run = start(gradient);
  expect(cut()).toBeUndefined();
  await run.finish();
  expect(cut()).toBeUndefined();
});

test('so is what was spread', async () => {
  const spread = expand(elementwise('Relu', [numbers(1, 2)]), [3, 2]);
  const added = () => elementwise('Add', [numbers(3, 2), spread]).inputs[1];
  expect(added()).toBe(spread.inputs[0]);
  const run = start(spread);
  expect(added()).toBe(spread);
  await run.finish();
  expect(added()).toBe(spread);
});

test('a convolution of a padded input has the shape of one that pads', () => {
  const padded = pad(numbers(1, 2, 2, 1), [0, 1, 1, 0], [0, 1, 1, 0]);
  const seen = withoutPadding(padded, window);
  const y = convolution(seen.x, numbers(3, 3, 1, 1), seen.window, [1, 2, 2, 1]);
  expect(y.inputs[0]!.shape).toEqual([1, 2, 2, 1]);
});
