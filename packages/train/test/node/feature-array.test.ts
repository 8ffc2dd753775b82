import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ElementTypeError,
  encodeNpy,
  fromHalf,
  NpyError,
  npyHeader,
  toHalf,
} from '@shroom/formats';
import { matMul, type Tensor2D, type Variable, variable, zeros } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type FeatureSet,
  type Features,
  type FitOptions,
  fit,
  selectFrom,
  type Trainable,
  type TrainingState,
} from '../../src/index';
import { FeatureArrayError, identityOf, openFeatureArray } from '../../src/node/index';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-array-'));
  path = join(folder, 'features.npy');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const [photos, views, channels] = [300, 3, 4];
/** Numbers that 16 bits hold exactly, and that tell the classes apart. */
const features: FeatureSet = {
  labels: Int32Array.from({ length: photos }, (_, photo) => Math.floor(photo / 100)),
  values: Float32Array.from({ length: photos * views * channels }, (_, place) => {
    const photo = Math.floor(place / (views * channels));
    return (place % 61) / 64 + (place % channels === Math.floor(photo / 100) ? 1 : 0);
  }),
  ...{ views, channels },
};

const truth = { labels: features.labels };

async function write(precision: 'float32' | 'float16'): Promise<void> {
  const { values } = features;
  const stored = precision === 'float16' ? toHalf(values) : values;
  const type = precision === 'float16' ? '<f2' : '<f4';
  const header = npyHeader([photos, views, channels], type);
  await writeFile(path, [header, new Uint8Array(stored.buffer)]);
}

function linear(): Trainable & { readonly kernel: Variable } {
  const kernel = variable(zeros([channels, 3]));
  const apply: Trainable['apply'] = rows => matMul(rows, kernel as Tensor2D);
  return { kernel, apply, trainableWeights: [{ originalName: 'kernel', read: () => kernel }] };
}

/** The weights after two epochs, and the state after each 7th step. */
async function trained(train: Features, options: Partial<FitOptions> = {}) {
  const model = linear();
  const states: TrainingState[] = [];
  const data = { train, validation: features, classes: 3 };
  const epochs = fit(model, data, {
    ...{ epochs: 2, batchSize: 16, schedule: () => 0.05 },
    onStep: async ({ done, snapshot }) => {
      if (done % 7 === 0) states.push(await snapshot());
    },
    ...options,
  });
  for await (const _ of epochs);
  return { weights: Array.from(await model.kernel.data()), states };
}

describe.each(['float32', 'float16'] as const)('a file of features in %s', precision => {
  beforeEach(() => write(precision));

  test('gives the rows of any photos and views, in any order', async () => {
    const file = await openFeatureArray(path, truth);
    expect(file).toMatchObject({ path, precision, views, shape: [channels] });
    const wanted = [299, 0, 5, 5, 4, 7, 200, 0];
    const chosen = [2, 0, 1, 1, 2, 0, 1, 2];
    file.prefetch(Int32Array.of(5, 7, 9), Int32Array.of(1, 0, 0));
    const rows = await file.read(wanted, chosen);
    for (const [index, photo] of wanted.entries()) {
      const start = (photo * views + chosen[index]!) * channels;
      const own = rows.slice(index * channels, (index + 1) * channels);
      expect(own).toEqual(features.values.slice(start, start + channels));
    }
    await file.close();
  });

  test('trains to the same weights as features in memory, if single photos are shuffled', async () => {
    const file = await openFeatureArray(path, { ...truth, shuffle: { run: 1, pool: 64 } });
    const { weights } = await trained(file);
    expect(weights).toEqual((await trained(features)).weights);
    await file.close();
  });

  test('trains to the same weights however it is read, and when it is resumed within a pool', async () => {
    const file = await openFeatureArray(path, { ...truth, shuffle: { run: 8, pool: 64 } });
    const { weights, states } = await trained(file);
    const { prefetch: _, ...slow } = file;
    expect((await trained(slow)).weights).toEqual(weights);
    expect((await trained({ ...file, prefetch: () => {} })).weights).toEqual(weights);
    expect(states).toHaveLength(5);
    for (const from of states) expect((await trained(file, { from })).weights).toEqual(weights);
    await file.close();
  });
});

test('rows of the two latest pools are in memory, others are not', async () => {
  await write('float16');
  const file = await openFeatureArray(path, truth);
  const none = new Int32Array(100);
  const pools = [0, 100, 200].map(start => none.map((_, index) => start + index));
  for (const pool of pools) {
    file.prefetch(pool, none);
    await file.read(pool.subarray(0, 1), [0]);
  }
  await truncate(path, 1000);
  for (const pool of pools.slice(1)) {
    const rows = await file.read(pool, none);
    expect(rows[0]).toBe(features.values[pool[0]! * views * channels]);
  }
  const gone = file.read(pools[0]!, none);
  await expect(gone).rejects.toThrow(NpyError);
  await expect(gone).rejects.toThrow('has become shorter');
  await file.close();
});

test('a part of a file is trained on as if the part were in memory', async () => {
  await write('float32');
  const some = Int32Array.from({ length: 150 }, (_, index) => 2 * index);
  const file = await openFeatureArray(path, { ...truth, shuffle: { run: 1, pool: 32 } });
  const part = selectFrom(file, some);
  expect(part.shuffle).toBe(file.shuffle);
  const { weights } = await trained(part);
  expect(weights).toEqual((await trained(selectFrom(features, some))).weights);
  await file.close();
});

test('feature maps and a single view are read as well', async () => {
  const values = Float32Array.from({ length: 24 }, (_, index) => index);
  await writeFile(path, encodeNpy({ shape: [2, 1, 3, 2, 2], values }));
  const labels = Int32Array.of(0, 1);
  const maps = await openFeatureArray(path, { labels });
  expect(maps).toMatchObject({ views: 1, shape: [3, 2, 2] });
  expect(await maps.read([1], [0])).toEqual(values.slice(12));
  await maps.close();
  await writeFile(path, encodeNpy({ shape: [2, 12], values }));
  const plain = await openFeatureArray(path, { labels });
  expect(plain).toMatchObject({ views: 1, shape: [12] });
  expect(await plain.read([1, 0], [0, 0])).toEqual(
    Float32Array.from([...values.slice(12), ...values.slice(0, 12)]),
  );
  await plain.close();
});

test('another shuffle is another training', async () => {
  await write('float32');
  const shuffles = await Promise.all(
    [64, 128].map(async pool => {
      const file = await openFeatureArray(path, { ...truth, shuffle: { run: 8, pool } });
      const data = { train: file, validation: features, classes: 3 };
      const { train } = await identityOf(linear() as never, data, { epochs: 1 });
      await file.close();
      return train;
    }),
  );
  expect(shuffles.map(({ shuffle }) => shuffle)).toEqual([
    { run: 8, pool: 64 },
    { run: 8, pool: 128 },
  ]);
  expect(shuffles[0]!.features).toBe(shuffles[1]!.features);
});

describe('what is wrong with a file', () => {
  const labels = Int32Array.of(0, 1, 0);
  const array = (shape: readonly number[], values = new Float32Array(12)) =>
    encodeNpy({ shape, values });
  const opened = async (bytes: Uint8Array) => {
    await writeFile(path, bytes);
    return openFeatureArray(path, { labels });
  };

  test.each([
    ['cut short', array([3, 4]).subarray(0, 170), NpyError, 'has 176 bytes, it has 170'],
    ['no array', Buffer.from('photo,label\n1.jpg,Amanita\n'), NpyError, 'does not begin with'],
    [
      'of integers',
      encodeNpy({ shape: [3, 4], values: new Int32Array(12) }),
      ElementTypeError,
      "'<i4'",
    ],
    ['of 2 rows', array([2, 6]), FeatureArrayError, 'has 2 rows, but there are 3 labels'],
    ['a flat array', array([12]), FeatureArrayError, 'has an array [12]'],
    ['empty', array([3, 0], new Float32Array(0)), FeatureArrayError, 'has an array [3,0]'],
  ] as const)('%s is an error of a class of its own', async (_, bytes, kind, message) => {
    const file = opened(bytes);
    await expect(file).rejects.toThrow(kind);
    await expect(file).rejects.toThrow(message);
    await expect(file).rejects.toMatchObject({ source: path });
  });

  test('a number that is not finite is named when its row is read', async () => {
    const values = new Float32Array(12);
    values[5] = Number.NaN;
    const file = await opened(array([3, 4], values));
    expect(await file.read([0, 2], [0, 0])).toEqual(new Float32Array(8));
    await expect(file.read([0, 1], [0, 0])).rejects.toThrow(FeatureArrayError);
    await expect(file.read([0, 1], [0, 0])).rejects.toThrow('has NaN in row 1, view 0');
    await file.close();
    await expect(file.read([0], [0])).rejects.toThrow('was closed');
  });

  test.each(['<f4', '<f2'] as const)(
    'photos with such numbers are skipped and counted, in %s',
    async type => {
      const values = Float32Array.from({ length: 24 }, (_, place) => place);
      values[11] = Number.NaN;
      const stored = type === '<f4' ? values : toHalf(values);
      await writeFile(path, [npyHeader([3, 2, 4], type), new Uint8Array(stored.buffer)]);
      const targets = Float32Array.of(1, 0, 0, 0, 0, 1);
      const file = await openFeatureArray(path, { labels, targets, notFinite: 'skip' });
      expect(file).toMatchObject({ skipped: 1, places: Int32Array.of(0, 2) });
      expect(file.labels).toEqual(Int32Array.of(0, 0));
      expect(file.targets).toEqual(Float32Array.of(1, 0, 0, 1));
      file.prefetch(Int32Array.of(1), Int32Array.of(1));
      expect(await file.read([1, 0], [1, 0])).toEqual(Float32Array.of(20, 21, 22, 23, 0, 1, 2, 3));
      await file.close();
      const stop = AbortSignal.abort(new Error('stopped'));
      const searching = openFeatureArray(path, { labels, notFinite: 'skip', signal: stop });
      await expect(searching).rejects.toThrow('stopped');
    },
  );

  test('a shuffle that is impossible is refused by name', async () => {
    await write('float32');
    for (const [shuffle, name] of [
      [{ run: 0 }, 'shuffle.run'],
      [{ run: 8, pool: 4 }, 'shuffle.pool'],
    ] as const)
      await expect(openFeatureArray(path, { labels, shuffle })).rejects.toThrow(name);
    const odd = { labels, notFinite: 'keep' as never };
    await expect(openFeatureArray(path, odd)).rejects.toThrow(
      "notFinite should be 'error' or 'skip'",
    );
  });
});

test('16-bit numbers that are no exact decimals come back as their nearest', async () => {
  const stored = toHalf(Float32Array.of(0.1, -1 / 3));
  await writeFile(path, [npyHeader([1, 2], '<f2'), new Uint8Array(stored.buffer)]);
  const file = await openFeatureArray(path, { labels: Int32Array.of(0) });
  expect(await file.read([0], [0])).toEqual(fromHalf(stored));
  await file.close();
});
