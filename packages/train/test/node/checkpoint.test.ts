import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSafetensors } from '@shroom/formats';
import { memory, tensor1d, variable } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fit, type TrainingState } from '../../src/index';
import {
  CheckpointMismatchError,
  fitWithCheckpoints,
  historyOf,
  type LeftOut,
  loadCheckpoint,
  loadTrainingState,
  resume,
  saveCheckpoint,
  saveTrainingState,
  startRun,
  type Training,
  writeAtomically,
} from '../../src/node/index';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-train-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const model = (units: number) =>
  sequential({ layers: [layers.dense({ units, inputShape: [3], name: 'dense' })] });
const weightsOf = async (network: ReturnType<typeof model>) =>
  Promise.all(network.getWeights().map(async weight => Array.from(await weight.data())));

describe('a checkpoint', () => {
  test('brings back weights bit for bit, with the facts that went along', async () => {
    const path = join(folder, 'deep/er/best.safetensors');
    const saved = model(4);
    const loaded = model(4);
    await saveCheckpoint(path, saved, { epoch: '7' });
    const before = memory().numTensors;
    expect(await loadCheckpoint(path, loaded)).toEqual({ epoch: '7' });
    expect(memory().numTensors).toBe(before);
    expect(await weightsOf(loaded)).toEqual(await weightsOf(saved));
    expect(await readdir(join(folder, 'deep/er'))).toEqual(['best.safetensors']);
  });

  test('is not begun for weights that could not be read back from it', async () => {
    const count = variable(tensor1d([1], 'int32'), false);
    const weight = { originalName: 'counter/count', read: () => count, write: () => {} };
    const network = model(2);
    const weights = [...network.weights, weight];
    const { layers: own, trainableWeights } = network;
    const counting = { apply: network.apply.bind(network), layers: own, trainableWeights, weights };
    const set = { values: new Float32Array(24), labels: new Int32Array(8), views: 1, channels: 3 };
    const data = { train: set, validation: set, classes: 2 };
    const run = fitWithCheckpoints(folder, counting as never, data, { epochs: 1 });
    const message = "'counter/count' is int32, but a checkpoint can hold only float32 weights.";
    await expect(run.next()).rejects.toThrow(message);
    const path = join(folder, 'best.safetensors');
    await expect(saveCheckpoint(path, counting as never, {})).rejects.toThrow(message);
    expect(await readdir(folder)).toEqual([]);
    count.dispose();
  });

  test('of a whole training holds what the optimizer remembers, in a file that others read as safetensors', async () => {
    const path = join(folder, 'last.safetensors');
    const network = model(2);
    const values = Float32Array.from({ length: 24 }, (_, index) => Math.sin(index));
    const set = {
      values,
      labels: Int32Array.from({ length: 8 }, (_, index) => index % 2),
      views: 1,
      channels: 3,
    };
    const states: TrainingState[] = [];
    for await (const report of fit(
      network,
      { train: set, validation: set, classes: 2 },
      { epochs: 1, average: 0.9 },
    ))
      states.push(await report.snapshot());
    await saveTrainingState(path, states[0]!);
    const bytes = await readFile(path);
    const length = Number(bytes.readBigUInt64LE());
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + length));
    expect(Object.keys(header).sort()).toEqual(
      [
        '__metadata__',
        ...['average', 'optimizer/squares', 'optimizer/sum', 'weights'].flatMap(group => [
          `${group}/dense/bias`,
          `${group}/dense/kernel`,
        ]),
      ].sort(),
    );
    expect(header['optimizer/squares/dense/kernel'].shape).toEqual([3, 2]);
    expect(await loadTrainingState(path)).toEqual({ ...states[0], facts: {} });
    await saveCheckpoint(path, network, {});
    await expect(loadTrainingState(path)).rejects.toThrow(
      /holds only weights, not the state of a training/,
    );
  });

  describe('of a model with other names', () => {
    const deeper = () =>
      sequential({
        layers: [
          layers.dense({ units: 3, inputShape: [3], name: 'before' }),
          layers.dense({ units: 4, name: 'dense' }),
        ],
      });
    const save = async (network: ReturnType<typeof model>) => {
      const path = join(folder, 'of-another.safetensors');
      await saveCheckpoint(path, network, { epoch: '7' });
      return path;
    };

    test('is refused, listing what is left over and what is missing', async () => {
      const [network, larger] = [model(4), deeper()];
      const before = [await weightsOf(network), await weightsOf(larger)];
      const extra = await loadCheckpoint(await save(larger), network).catch(error => error);
      expect(extra).toBeInstanceOf(CheckpointMismatchError);
      expect(extra.message).toMatch(
        /unexpected: 'before\/kernel' \[3,3\]\n {2}unexpected: 'before\/bias' \[3\]/,
      );
      expect([...extra.unexpected].sort()).toEqual(['before/bias', 'before/kernel']);
      expect(extra.missing).toEqual([]);
      const lacking = await loadCheckpoint(await save(network), larger).catch(error => error);
      expect(lacking.message).toMatch(/missing: 'before\/kernel'/);
      expect(lacking.missing).toEqual(['before/kernel', 'before/bias']);
      expect([await weightsOf(network), await weightsOf(larger)]).toEqual(before);
    });

    test('gives what both have where strict is false, and tells what was left out', async () => {
      const [network, larger] = [model(4), deeper()];
      const told: LeftOut[] = [];
      const how = { strict: false, onLeftOut: (names: LeftOut) => told.push(names) };
      const untouched = (await weightsOf(larger)).slice(0, 2);
      expect(await loadCheckpoint(await save(network), larger, how)).toEqual({ epoch: '7' });
      expect(told).toEqual([{ missing: ['before/kernel', 'before/bias'], unexpected: [] }]);
      expect(await weightsOf(larger)).toEqual([...untouched, ...(await weightsOf(network))]);
      await expect(loadCheckpoint(await save(model(5)), larger, how)).rejects.toThrow(
        /should have shape/,
      );
      const other = sequential({
        layers: [layers.dense({ units: 4, inputShape: [3], name: 'another' })],
      });
      await expect(loadCheckpoint(await save(model(4)), other, how)).rejects.toThrow(
        /missing: 'another/,
      );
      expect(told.length).toBe(1);
    });

    test('may have whole numbers in what is not used', async () => {
      const path = join(folder, 'counted.safetensors');
      const dense = { shape: [3, 4], values: new Float32Array(12).fill(2) };
      const bias = { shape: [4], values: new Float32Array(4) };
      const steps = { shape: [1], values: BigInt64Array.of(7n) };
      const tensors = { 'dense/kernel': dense, 'dense/bias': bias, steps };
      await writeFile(path, encodeSafetensors(new Map(Object.entries(tensors))));
      await expect(loadCheckpoint(path, model(4))).rejects.toThrow(/unexpected: 'steps' \[1\]/);
      const network = model(4);
      await loadCheckpoint(path, network, { strict: false });
      expect((await weightsOf(network))[0]).toEqual([...dense.values]);
    });
  });

  test('that is none is called by its name', async () => {
    await expect(loadCheckpoint(folder, model(4))).rejects.toThrow(
      `${folder} cannot be read: it is a folder`,
    );
    await expect(loadCheckpoint(join(folder, 'none'), model(4))).rejects.toThrow(
      /none cannot be read: there is no/,
    );
    const data = {
      ...{
        train: { values: new Float32Array(24), labels: new Int32Array(8), views: 1, channels: 3 },
      },
      ...{
        validation: {
          values: new Float32Array(24),
          labels: new Int32Array(8),
          views: 1,
          channels: 3,
        },
      },
      classes: 4,
    };
    for await (const _ of fitWithCheckpoints(folder, model(4), data, { epochs: 1 }));
    const state = loadCheckpoint(join(folder, 'last.safetensors'), model(4));
    await expect(state).rejects.toThrow(/the state of a training. Load the run's best.safetensors/);
  });

  test('that is cut short or of another shape changes nothing', async () => {
    const path = join(folder, 'best.safetensors');
    await saveCheckpoint(path, model(4), {});
    const other = model(5);
    const before = await weightsOf(other);
    await expect(loadCheckpoint(path, other)).rejects.toThrow(
      /'dense\/kernel' should have shape \[3,5\], but the checkpoint has \[3,4\]/,
    );
    await truncate(path, 200);
    await expect(loadCheckpoint(path, model(4))).rejects.toThrow(/not a whole safetensors file/);
    expect(await weightsOf(other)).toEqual(before);
  });
});

test('a file is whole or not there', async () => {
  const path = join(folder, 'metrics.json');
  await writeAtomically(path, 'old');
  await expect(writeAtomically(path, { not: 'bytes' } as never)).rejects.toThrow();
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['metrics.json']);
});

test('a run goes on from its folder, with the same options alone', async () => {
  const values = Float32Array.from({ length: 24 }, (_, index) => Math.sin(index));
  const labels = Int32Array.from({ length: 8 }, (_, index) => index % 2);
  const set = { values, labels, views: 1, channels: 3 };
  const data = { train: set, validation: set, classes: 2 };
  const build = (epochs: number): Training => ({
    classifier: model(2),
    data,
    options: { epochs, patience: 9 },
  });
  const epochs: number[] = [];
  const run = { configuration: 4, versions: {} };
  for await (const { epoch } of startRun(folder, run, build)) {
    epochs.push(epoch);
    if (epoch === 2) break;
  }
  for await (const { epoch } of resume(folder, build)) epochs.push(epoch);
  expect(epochs).toEqual([1, 2, 3, 4]);
  const checkpoints = join(folder, 'checkpoints');
  expect((await historyOf(checkpoints)).map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  const other = fitWithCheckpoints(checkpoints, model(2), data, { epochs: 5 });
  await expect(other.next()).rejects.toThrow(/another training.*\n {2}options.epochs: 4, now 5\n/);
  await expect(resume(checkpoints, build).next()).rejects.toThrow(/no run.json/);
});
