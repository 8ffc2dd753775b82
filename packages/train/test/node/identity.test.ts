import '@tensorflow/tfjs-backend-cpu';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FormatError } from '@shroom/formats';
import { memory, onesLike } from '@tensorflow/tfjs-core';
import { initializers, type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FeatureSet, FeatureSource, FitOptions, TrainingData } from '../../src/index';
import {
  cachedFeatures,
  differences,
  FeatureCache,
  fitWithCheckpoints,
  identityOf,
  loadTrainingState,
  RunMismatchError,
  resume,
  saveCheckpoint,
  saveRun,
  saveTrainingState,
  startRun,
} from '../../src/node/index';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-identity-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const seeded = (seed: number, units = 2, name = 'dense', trainable = true): LayersModel =>
  sequential({
    layers: [
      layers.dense({
        units,
        inputShape: [3],
        name,
        kernelInitializer: initializers.glorotNormal({ seed }),
        trainable,
      }),
    ],
  });

const set = (change = 0, views = 1): FeatureSet => ({
  values: Float32Array.from(
    { length: 24 * views },
    (_, index) => Math.sin(index) + (index === 5 ? change : 0),
  ),
  labels: Int32Array.from({ length: 8 }, (_, index) => index % 2),
  views,
  channels: 3,
});
const data: TrainingData = { train: set(), validation: set(), classes: 2, classNames: ['a', 'b'] };
const options: FitOptions = { epochs: 2, patience: 9 };

/** The same photos, each with any number of the two classes. */
const several = (change = 0): FeatureSet => ({
  ...set(),
  targets: Float32Array.from({ length: 16 }, (_, place) =>
    (place * 5 + change) % 3 === 0 ? 1 : 0,
  ),
});

async function epochs(
  classifier = seeded(1),
  on: Partial<TrainingData> = {},
  how: Partial<FitOptions> = {},
): Promise<number> {
  let count = 0;
  const run = fitWithCheckpoints(folder, classifier, { ...data, ...on }, { ...options, ...how });
  for await (const _ of run) count += 1;
  return count;
}

const source = (read: FeatureSource['read'], identity?: string): FeatureSource => ({
  labels: set().labels,
  views: 1,
  shape: [3],
  read,
  ...(identity !== undefined && { identity }),
});
const flipped = set().labels.map(label => 1 - label);

describe('a folder is of one training', () => {
  test('which goes on in it, said in other words too', async () => {
    expect(await epochs()).toBe(2);
    expect(await epochs()).toBe(0);
    // Defaults, and what is not of the numbers.
    const signal = new AbortController().signal;
    const said = {
      batchSize: 32,
      labelSmoothing: 0,
      optimizer: { weightDecay: 1e-5, name: 'adam' as const },
    };
    expect(await epochs(seeded(1), {}, { ...said, signal, onStep: () => {} })).toBe(0);
  });

  test('also of photos with several classes, which it does not mistake for others', async () => {
    const own = { train: several(), validation: several() };
    const some = fitWithCheckpoints(folder, seeded(1), { ...data, ...own }, options);
    for await (const { epoch } of some) if (epoch === 1) break;
    expect(await epochs(seeded(1), own)).toBe(1);
    expect(await epochs(seeded(1), own)).toBe(0);
    const other = { ...own, train: several(1) };
    await expect(epochs(seeded(1), other)).rejects.toThrow(/train.labels/);
    await expect(epochs()).rejects.toThrow(/train.labels/);
  });

  test.each<[string, RegExp, LayersModel, Partial<TrainingData>, Partial<FitOptions>]>([
    ['features', /train.features: "\w{64}", now "\w{64}"/, seeded(1), { train: set(0.5) }, {}],
    ['views', /train.views: 1, now 2/, seeded(1), { train: set(0, 2) }, {}],
    ['labels', /train.labels/, seeded(1), { train: { ...set(), labels: flipped } }, {}],
    ['validation', /validation.features/, seeded(1), { validation: set(1) }, {}],
    [
      'the order of the classes',
      /classNames\[0\]: "a", now "b"/,
      seeded(1),
      { classNames: ['b', 'a'] },
      {},
    ],
    [
      'names of classes',
      /classNames\[1\]: "b", now "c"/,
      seeded(1),
      { classNames: ['a', 'c'] },
      {},
    ],
    [
      'the number of classes',
      /classes: 2, now 3/,
      seeded(1, 3),
      { classes: 3, classNames: ['a', 'b', 'c'] },
      {},
    ],
    [
      'the shape of a weight',
      /weights.dense\/kernel: "\[3,2\] trained", now "\[3,3\] trained"/,
      seeded(1, 3),
      { classes: 3, classNames: ['a', 'b', 'c'] },
      {},
    ],
    ['the name of a weight', /weights.other\/kernel: absent, now/, seeded(1, 2, 'other'), {}, {}],
    ['first weights', /initialWeights: "\w{64}", now "\w{64}"/, seeded(2), {}, {}],
    ['an option', /options.epochs: 2, now 3/, seeded(1), {}, { epochs: 3 }],
    ['a seed', /options.seed: 0, now 1/, seeded(1), {}, { seed: 1 }],
    [
      'class weights',
      /options.classWeights/,
      seeded(1),
      {},
      { classWeights: Float32Array.of(1, 2) },
    ],
    [
      'a phase that follows',
      /followedBy\[0\].epochs: absent, now 1/,
      seeded(1),
      {},
      { followedBy: [{ epochs: 1 }] },
    ],
    [
      'a schedule of its own',
      /options.schedule: .*now "function schedule/,
      seeded(1),
      {},
      { schedule: () => 0.1 },
    ],
    [
      'groups',
      /options.groups: absent, now "function groups/,
      seeded(1),
      {},
      { groups: () => ({}) },
    ],
  ])(
    'another one is refused, and told what differs: %s',
    async (_, message, classifier, on, how) => {
      await epochs();
      const before = await contents();
      const refused = await epochs(classifier, on, how).catch(error => error);
      expect(refused).toBeInstanceOf(RunMismatchError);
      expect(refused.message).toMatch(message);
      expect(await contents()).toEqual(before);
    },
  );

  test('functions are told apart by what they answer', async () => {
    await epochs(seeded(1), {}, { schedule: step => 0.1 / (1 + step) });
    expect(await epochs(seeded(1), {}, { schedule: step => 0.1 / (step + 1) })).toBe(0);
    await expect(epochs(seeded(1), {}, { schedule: step => 0.2 / (1 + step) })).rejects.toThrow(
      /options.schedule: "function schedule, .* now "function schedule/,
    );
  });

  test('a source says what it is, or its rows stand for it', async () => {
    const read = (shift: number) => (photos: ArrayLike<number>) =>
      Float32Array.from({ length: photos.length * 3 }, (_, index) => Math.sin(index) + shift);
    await epochs(seeded(1), { train: source(read(0)) });
    expect(await epochs(seeded(1), { train: source(read(0)) })).toBe(0);
    await expect(epochs(seeded(1), { train: source(read(1)) })).rejects.toThrow(
      /train.features: "8 of 8 rows/,
    );
    await rm(folder, { recursive: true });
    await epochs(seeded(1), { train: source(read(0), 'photos of May') });
    // The same by its own word.
    expect(await epochs(seeded(1), { train: source(read(1), 'photos of May') })).toBe(0);
    await expect(epochs(seeded(1), { train: source(read(0), 'photos of June') })).rejects.toThrow(
      /train.features: "photos of May", now "photos of June"/,
    );
  });

  test('rows of a source and all their views are told apart, also beyond the first', async () => {
    const set2 = set(0, 2);
    const rowsOf = (change: number) => (photos: ArrayLike<number>, views: ArrayLike<number>) =>
      Float32Array.from({ length: photos.length * 3 }, (_, index) => {
        const row = Math.floor(index / 3);
        const place = (photos[row]! * 2 + views[row]!) * 3 + (index % 3);
        return set2.values[place]! + (place === 45 ? change : 0);
      });
    const train = (change: number) => ({ ...source(rowsOf(change)), views: 2 });
    await epochs(seeded(1), { train: train(0) });
    expect(await epochs(seeded(1), { train: train(0) })).toBe(0);
    await expect(epochs(seeded(1), { train: train(1) })).rejects.toThrow(/train.features/);
  });

  test('cached features are known by the keys and checksums of all views', async () => {
    const cacheIn = async (name: string, change: number) => {
      const cache = await FeatureCache.open(join(folder, name), 'b', 3);
      for (let photo = 0; photo < 8; photo++)
        for (let view = 0; view < 2; view++) {
          const last = photo === 7 && view === 1 ? change : 0;
          await cache.write(`${photo}/${view}`, Float32Array.of(photo, view, last));
        }
      return cache;
    };
    const cached = (cache: FeatureCache, places = [0, 1, 2, 3, 4, 5, 6, 7]) =>
      cachedFeatures(cache, {
        labels: set().labels,
        views: 2,
        shape: [3],
        keyOf: (photo, view) => `${places[photo]}/${view}`,
      });
    const caches = await Promise.all([cacheIn('a', 0), cacheIn('b', 0), cacheIn('c', 1)]);
    const [one, same, other] = caches;
    expect(cached(same!).identity).toBe(cached(one!).identity);
    expect(cached(other!).identity).not.toBe(cached(one!).identity);
    // Two photos of one class in each other's place.
    const exchanged = cached(one!, [0, 3, 2, 1, 4, 5, 6, 7]);
    await epochs(seeded(1), { train: cached(one!) });
    expect(await epochs(seeded(1), { train: cached(same!) })).toBe(0);
    await expect(epochs(seeded(1), { train: exchanged })).rejects.toThrow(
      /train.features: "cached, .*, now "cached, /,
    );
    expect(() => cached(one!, [0, 1, 2, 3, 4, 5, 6, 8]).identity).toThrow(
      /photo 7, view 0, are missing from the cache/,
    );
    await Promise.all(caches.map(cache => cache.close()));
  });

  test('weights that are drawn without a seed do not make it another', async () => {
    const drawn = () =>
      sequential({ layers: [layers.dense({ units: 2, inputShape: [3], name: 'dense' })] });
    await epochs(drawn());
    expect(await epochs(drawn())).toBe(0);
    const biased = drawn();
    const [kernel, bias] = biased.getWeights();
    biased.setWeights([kernel!, onesLike(bias!)]);
    await expect(epochs(biased)).rejects.toThrow(/initialWeights/);
  });

  test('a classifier that was left in training can be called again', async () => {
    const classifier = seeded(1);
    for await (const _ of fitWithCheckpoints(folder, classifier, data, options)) break;
    expect(await epochs(classifier)).toBe(1);
    expect(await epochs(classifier)).toBe(0);
  });

  test('checkpoints of an older version are refused', async () => {
    await epochs();
    const path = join(folder, 'last.safetensors');
    const state = await loadTrainingState(path);
    await saveTrainingState(path, state, { plan: '{"epochs":2}' });
    await expect(epochs()).rejects.toThrow(/older version.*Train again/);
  });

  test('a state is saved every few steps', async () => {
    const how = { ...options, batchSize: 2, saveEvery: 3 };
    const run = fitWithCheckpoints(folder, seeded(1), data, {
      ...how,
      onStep: ({ done }) => {
        if (done === 4) throw new Error('a power cut');
      },
    });
    await expect(run.next()).rejects.toThrow('a power cut');
    const { position } = await loadTrainingState(join(folder, 'last.safetensors'));
    expect(position).toMatchObject({ epoch: 0, batch: 3 });
    expect(await epochs(seeded(1), {}, how)).toBe(2);
  });

  test("the best weights are this training's own, or refused", async () => {
    await epochs();
    const best = join(folder, 'best.safetensors');
    const own = await readFile(best);
    const other = seeded(2);
    await saveCheckpoint(best, other, { epoch: '1' });
    const network = seeded(1);
    const before = network.getWeights().map(weight => [...weight.dataSync()]);
    const refused = fitWithCheckpoints(folder, network, data, options).next();
    await expect(refused).rejects.toThrow(
      /best.safetensors: weights of the training [0-9a-f]{64}, now/,
    );
    await expect(refused).rejects.toBeInstanceOf(RunMismatchError);
    expect(network.getWeights().map(weight => [...weight.dataSync()])).toEqual(before);
    await rm(best);
    await expect(epochs()).rejects.toThrow(
      /best.safetensors cannot be read: there is no such file/,
    );
    await writeFile(best, own.subarray(0, 100));
    await expect(epochs()).rejects.toThrow(/best.safetensors is not a whole/);
    await writeFile(best, own);
    expect(await epochs()).toBe(0);
  });

  test('of two trainings that begin in it at once, one at most ends with its own weights', async () => {
    const outcomes = await Promise.allSettled([
      epochs(seeded(1), {}, { seed: 1 }),
      epochs(seeded(2), {}, { seed: 2 }),
    ]);
    const failed = outcomes.filter(outcome => outcome.status === 'rejected');
    expect(failed.length).toBeGreaterThan(0);
    for (const { reason } of failed) expect(reason).toBeInstanceOf(RunMismatchError);
  });

  test('an option that cannot be is named before anything is written', async () => {
    await expect(epochs(seeded(1), {}, { patience: 0 })).rejects.toThrow(/patience/);
    const run = fitWithCheckpoints(folder, seeded(1), data, { ...options, saveEvery: 0 });
    await expect(run.next()).rejects.toThrow(/saveEvery should be a whole number, 1 or more/);
    const misspelled = { ...options, saveevery: 1 };
    await expect(fitWithCheckpoints(folder, seeded(1), data, misspelled).next()).rejects.toThrow(
      /no option saveevery\. Did you mean saveEvery\?/,
    );
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a run', () => {
  const build = ({ flip }: { readonly flip: boolean }) => ({
    classifier: seeded(1),
    data: { ...data, train: flip ? { ...set(), labels: flipped } : set() },
    options,
  });
  const start = async (flip: boolean, made = build) => {
    let count = 0;
    const run = { configuration: { flip }, versions: { node: process.versions.node } };
    for await (const _ of startRun(folder, run, made)) count += 1;
    return count;
  };

  test('of another configuration is refused, and run.json stays', async () => {
    expect(await start(false)).toBe(2);
    const before = await contents();
    expect(await start(false)).toBe(0);
    await expect(start(true)).rejects.toThrow(/\n {2}configuration.flip: false, now true\n/);
    // The same configuration, made into something else.
    const other = () => build({ flip: true });
    await expect(start(false, other)).rejects.toThrow(/train.labels/);
    await expect(resume(folder, other).next()).rejects.toThrow(/train.labels/);
    const run = { configuration: { flip: true }, versions: {} };
    await expect(saveRun(folder, run)).rejects.toThrow(/configuration.flip: false, now true/);
    expect((await contents()).get('run.json')).toBe(before.get('run.json'));
    expect(JSON.parse(before.get('run.json')!).identity).toEqual(
      await identityOf(seeded(1), data, options),
    );
  });

  test('that was killed before its first checkpoint is known by run.json', async () => {
    for await (const _ of startRun(folder, { configuration: { flip: false }, versions: {} }, build))
      break;
    await rm(join(folder, 'checkpoints'), { recursive: true });
    const other = () => build({ flip: true });
    await expect(resume(folder, other).next()).rejects.toThrow(/train.labels/);
    expect(await start(false)).toBe(2);
  });
});

test.each(['', '{"configuration":', 'null', '[]', '{"versions":{}}'])(
  'a run.json that is %j is named, and stays',
  async text => {
    const path = join(folder, 'run.json');
    await writeFile(path, text);
    const build = () => ({ classifier: seeded(1), data, options });
    const run = { configuration: {}, versions: {} };
    for (const open of [() => startRun(folder, run, build), () => resume(folder, build)]) {
      const error = await open()
        .next()
        .catch(error => error);
      expect(error).toBeInstanceOf(FormatError);
      expect(error.message).toContain(path);
    }
    expect(await contents()).toEqual(new Map([['run.json', text]]));
  },
);

test('a run says what it is made of, and nothing else', async () => {
  const build = () => ({ classifier: seeded(1), data, options });
  const misspelled = { configuration: {}, version: {} } as never;
  await expect(startRun(folder, misspelled, build).next()).rejects.toThrow(
    /Did you mean versions\?/,
  );
  const run = { configuration: {}, versions: {} };
  const made = () => ({ ...build(), option: { epochs: 9 } });
  await expect(startRun(folder, run, made).next()).rejects.toThrow(/Did you mean options\?/);
  expect(await contents()).toEqual(new Map());
});

test.each<[object | undefined, RegExp]>([
  [undefined, /It is undefined/],
  [{ names: new Map([['a', 1]]) }, /configuration.names is a Map/],
  [{ phases: [{ names: new Set([1]) }] }, /configuration.phases.0.names is a Set/],
  [{ patience: Number.POSITIVE_INFINITY }, /configuration.patience: "Infinity", now null/],
  [{ rates: [1, Number.NaN] }, /configuration.rates\[1\]: "NaN", now null/],
  [{ weights: Float32Array.of(1) }, /configuration.weights\[0\]: 1, now absent/],
  [{ schedule: () => 1 }, /configuration.schedule: "function schedule", now absent/],
])(
  'a run that could not be made again from its file does not start',
  async (configuration, message) => {
    const run = { configuration, versions: {} };
    const start = startRun(folder, run, () => ({ classifier: seeded(1), data, options }));
    await expect(start.next()).rejects.toThrow(message);
    await expect(saveRun(folder, run)).rejects.toThrow(TypeError);
    expect(await contents()).toEqual(new Map());
  },
);

test('an identity is plain data, and reading it leaks nothing', async () => {
  const classifier = seeded(1);
  const before = memory().numTensors;
  const identity = await identityOf(classifier, data, {
    ...options,
    patience: Number.POSITIVE_INFINITY,
  });
  expect(memory().numTensors).toBe(before);
  expect(JSON.parse(JSON.stringify(identity))).toEqual(identity);
  expect(identity.weights).toEqual({
    'dense/bias': '[2] trained',
    'dense/kernel': '[3,2] trained',
  });
  expect(differences(identity, identity)).toEqual([]);
  expect(differences({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }], c: [] })).toEqual([
    'a[1].b: 2, now 3',
    'c: absent, now []',
  ]);
});

/** Every file's bytes, by its path. */
async function contents(): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(entry => entry.isFile());
  return new Map(
    await Promise.all(
      files.map(
        async ({ parentPath, name }): Promise<[string, string]> => [
          join(parentPath, name).slice(folder.length + 1),
          (await readFile(join(parentPath, name))).toString('latin1'),
        ],
      ),
    ),
  );
}
