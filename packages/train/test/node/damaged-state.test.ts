import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decodeSafetensors,
  ElementTypeError,
  encodeSafetensors,
  FormatError,
} from '@shroom/formats';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fit, type TrainingState } from '../../src/index';
import { loadCheckpoint, loadTrainingState, saveTrainingState } from '../../src/node/index';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-state-'));
  path = join(folder, 'last.safetensors');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const classifier = () =>
  sequential({ layers: [layers.dense({ inputShape: [3], units: 2, name: 'dense' })] });
const set = {
  values: Float32Array.from({ length: 24 }, (_, index) => Math.sin(index)),
  labels: Int32Array.from({ length: 8 }, (_, index) => index % 2),
  views: 1,
  channels: 3,
};
const data = { train: set, validation: set, classes: 2 };
const options = { epochs: 3, average: 0.9 };

/** After the first epoch of a training. */
async function stateOf(): Promise<TrainingState> {
  const states: TrainingState[] = [];
  for await (const report of fit(classifier(), data, options)) states.push(await report.snapshot());
  return states[0]!;
}

describe('a training is not gone on with', () => {
  test.each([
    ['no JSON', '{"seed":', /it is not JSON/],
    ['no object', '3', /it is not an object/],
    ['half a step', { step: 0.5 }, /its step is 0.5/],
    ['a phase before the first', { phase: -1 }, /its phase is -1/],
    ['a loss that is none', { lossSum: null }, /its lossSum is null/],
    ['a best without its value', { best: { epoch: 1 } }, /its best is {"epoch":1}/],
    ['a history that is none', { history: [4] }, /its history is not a list/],
  ])('from a position with %s', async (_, change, message) => {
    const state = await stateOf();
    await saveTrainingState(path, state);
    const { tensors } = decodeSafetensors(await readFile(path));
    const floats = [...tensors].map(([name, { shape, bytes }]) => {
      const values = new Float32Array(new Uint8Array(bytes).buffer);
      return [name, { shape, values }] as const;
    });
    const position =
      typeof change === 'string' ? change : JSON.stringify({ ...state.position, ...change });
    await writeFile(path, encodeSafetensors(new Map(floats), { position }));
    const loading = loadTrainingState(path);
    await expect(loading).rejects.toThrow(FormatError);
    await expect(loading).rejects.toThrow(message);
    await expect(loading).rejects.toThrow(path);
  });

  test.each([
    ['average/', undefined, /'average\/.*no such weight/],
    ['average/', [6], /'average\/.*it has \[6\]/],
    ['optimizer/', [1, 1], /'optimizer\/.*it has \[1,1\]/],
  ])('where its %s is of shape %s, and no weight is changed', async (group, shape, message) => {
    const state = await stateOf();
    const tensors = new Map(state.tensors);
    const key = [...tensors.keys()].find(each => each.startsWith(group))!;
    if (!shape) tensors.delete(key);
    else tensors.set(key, { shape, values: new Float32Array(6) });
    const model = classifier();
    const before = model.getWeights().map(weight => [...weight.dataSync()]);
    const going = fit(model, data, { ...options, from: { ...state, tensors } });
    await expect(going.next()).rejects.toThrow(message);
    expect(model.getWeights().map(weight => [...weight.dataSync()])).toEqual(before);
  });
});

test('weights that are whole numbers are refused by name, and no weight is changed', async () => {
  const model = classifier();
  const tensors = model.weights.map(
    ({ originalName, shape }) =>
      [
        originalName,
        { shape: shape as number[], values: new Int32Array(shape.length === 2 ? 6 : 2).fill(7) },
      ] as const,
  );
  await writeFile(path, encodeSafetensors(new Map(tensors)));
  const before = model.getWeights().map(weight => [...weight.dataSync()]);
  const loading = loadCheckpoint(path, model);
  await expect(loading).rejects.toThrow(ElementTypeError);
  await expect(loading).rejects.toThrow(`${path}: 'dense/kernel' is I32`);
  expect(model.getWeights().map(weight => [...weight.dataSync()])).toEqual(before);
});
