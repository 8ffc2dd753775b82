import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeScalars, encodeVersion, type HistoryRow } from '../../src/index';
import { HistoryLog } from '../../src/node/index';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-history-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const rows = [1, 2, 3].map(
  (epoch): HistoryRow => ({
    epoch,
    trainLoss: 1 / epoch,
    trainAccuracy: 0.5,
    validationLoss: 2 / epoch,
    validationAccuracy: 0.5,
    validationMacroF1: 0.25,
    learningRate: 0.001,
    best: true,
    time: 1000 * epoch,
  }),
);
const read = (path: string) => readFile(join(folder, path), 'utf8');

test('each epoch is on disk at once: as a table, as lines of JSON, and for TensorBoard', async () => {
  const log = await HistoryLog.open(folder);
  for (const row of rows.slice(0, 2)) await log.append(row);
  expect((await read('history.csv')).trim().split('\n')).toHaveLength(3);
  const lines = (await read('history.jsonl')).trim().split('\n');
  expect(lines.map(line => JSON.parse(line))).toEqual(rows.slice(0, 2));
  expect(await readdir(join(folder, 'tensorboard'))).toEqual(['train', 'validation']);
  const train = join(folder, 'tensorboard/train');
  const [file] = await readdir(train);
  expect(file).toBe('events.out.tfevents.0000000001.shroom');
  const event = (epoch: number) =>
    encodeScalars({
      step: epoch,
      time: 1000 * epoch,
      values: { loss: 1 / epoch, accuracy: 0.5, learning_rate: 0.001 },
    });
  const expected = Buffer.concat([encodeVersion(1000), event(1), event(2)]);
  expect((await readFile(join(train, file!))).equals(expected)).toBe(true);
});

test('a training that goes on adds to its history, a new one begins anew', async () => {
  const first = await HistoryLog.open(folder);
  await first.append(rows[0]!);
  const second = await HistoryLog.open(folder, first.rows);
  await second.append(rows[1]!);
  expect((await read('history.csv')).trim().split('\n')).toHaveLength(3);
  expect((await read('history.jsonl')).trim().split('\n')).toHaveLength(2);
  expect(await readdir(join(folder, 'tensorboard/train'))).toHaveLength(2);

  await writeFile(join(folder, 'tensorboard', 'old'), '');
  const before = await read('history.csv');
  const third = await HistoryLog.open(folder);
  // It may turn out that the folder is another training's: nothing is gone yet.
  await third.save();
  expect(await read('history.csv')).toBe(before);
  expect(await readdir(join(folder, 'tensorboard'))).toContain('old');
  await third.append(rows[0]!);
  expect((await read('history.csv')).trim().split('\n')).toHaveLength(2);
  expect((await read('history.jsonl')).trim().split('\n')).toHaveLength(1);
  expect(await readdir(join(folder, 'tensorboard'))).toEqual(['train', 'validation']);
});

test('a training that has nothing left to do still has its whole history on disk', async () => {
  const first = await HistoryLog.open(folder);
  await first.append(rows[0]!);
  // Killed between a checkpoint and its row: the checkpoints know of one more.
  const second = await HistoryLog.open(folder, rows.slice(0, 2));
  expect((await read('history.csv')).trim().split('\n')).toHaveLength(2);
  await second.save();
  expect((await read('history.csv')).trim().split('\n')).toHaveLength(3);
  expect((await read('history.jsonl')).trim().split('\n')).toHaveLength(2);
  expect(await readdir(join(folder, 'tensorboard/train'))).toHaveLength(1);
});
