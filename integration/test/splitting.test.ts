import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type NamedPhotos,
  openClassifier,
  type PhotoSplit,
  type TrainConfiguration,
  type TrainingPhotos,
  type TrainOptions,
  train,
} from '@shroom/classifier';
import { announcePhotos, printerTo, tableColumns } from '@shroom/classifier/command';
import { toManifest } from '@shroom/data';
import { readPixels } from '@shroom/data/node';
import { openDrawn } from '@shroom/drawn/node';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { untrainedRun } from './untrained';

const sources = ['ann', 'bob', 'cem', 'dan', 'eve', 'fay', 'gil', 'hal'];
let folder: string;
let photos: NamedPhotos;

/**
 * Creates photos named by their source. The third of each source is nearly the same as the second; the first is the same,
 * turned by 90 degrees.
 */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-splitting-'));
  const rows = ['file,class,finder'];
  const drawn = openDrawn(sources.length).photos;
  for (const genus of ['Amanita', 'Boletus']) {
    await mkdir(join(folder, genus));
    const own = drawn.filter(({ id }) => id.includes(genus));
    for (const [index, source] of sources.entries()) {
      const { data, height, width } = await readPixels(own[index]!.origin, [64, 64]);
      const picture = sharp(data, { raw: { height, width, channels: 3 } });
      const files = [picture.clone().rotate(90), picture, picture.clone().jpeg({ quality: 70 })];
      for (const [number, file] of files.entries()) {
        const name = `${genus}/${source}-${number}.${number === 2 ? 'jpg' : 'png'}`;
        await file.toFile(join(folder, name));
        rows.push(`${name},${genus},${source}`);
      }
    }
  }
  await writeFile(join(folder, 'table.csv'), rows.join('\n'));
  photos = (await opened(folder)).photos;
});
afterAll(() => rm(folder, { recursive: true }));

/** The photos and their split as a training reports them. The training is stopped there. */
async function opened(
  data: TrainingPhotos,
  options: TrainOptions = {},
): Promise<{ photos: NamedPhotos; parts: PhotoSplit }> {
  const out = await mkdtemp(join(tmpdir(), 'shroom-split-run-'));
  const stop = new AbortController();
  const enough = new Error('The photos are split.');
  let found: { photos: NamedPhotos; parts: PhotoSplit } | undefined;
  try {
    await train(data, {
      ...options,
      out,
      signal: stop.signal,
      onEvent: event => {
        if (event.kind !== 'photos') return;
        found = { photos: event.photos, parts: event.split };
        stop.abort(enough);
      },
    });
  } catch (error) {
    if (error !== enough) throw error;
  } finally {
    await rm(out, { recursive: true });
  }
  return found!;
}

const splitOf = async (data: TrainingPhotos, options: TrainConfiguration): Promise<PhotoSplit> =>
  (await opened(data, options)).parts;

const partsOf = (
  set: NamedPhotos,
  split: Record<string, readonly number[]>,
  name: (id: string) => string,
) => {
  const parts = new Map<string, Set<string>>();
  for (const [part, indices] of Object.entries(split)) {
    for (const index of indices) {
      const key = name(set.photos[index]!.id);
      parts.set(key, (parts.get(key) ?? new Set()).add(part));
    }
  }
  return [...parts.values()].map(({ size }) => size);
};
const source = (id: string) => id.split(/[/-]/)[1]!;

test('a split keeps sources, near-duplicates or a table’s groups together, as --group says', async () => {
  const bySource = await splitOf(photos, { group: 'source' });
  expect(bySource.rule).toMatch(/^8 groups \(source\) kept together/);
  expect(partsOf(photos, bySource.split, source)).toEqual(Array(8).fill(1));

  for (const group of ['auto', 'near']) {
    const near = await splitOf(photos, { group });
    expect(near.rule).toMatch(/; 16 groups of near copies kept together/);
    const copies = partsOf(photos, near.split, id => id.replace(/-.*/, ''));
    expect(copies).toEqual(Array(16).fill(1));
  }

  const group = 'column:class,finder';
  const { photos: table, parts: byColumns } = await opened(join(folder, 'table.csv'), { group });
  expect(byColumns.rule).toMatch(/^16 groups \(column:class,finder\)/);
  expect(partsOf(table, byColumns.split, id => id.split('-')[0]!)).toEqual(Array(16).fill(1));
});

test('--columns names the columns of a table', async () => {
  const head = 'Foto,Art,Finder,Teil';
  const rows = (await readFile(join(folder, 'table.csv'), 'utf8')).split('\n').slice(1);
  const parts = rows.map((row, index) => `${row},${index % 3 === 0 ? 'test' : 'train'}`);
  const data = join(folder, 'named.csv');
  await writeFile(data, [head, ...parts].join('\n'));
  await expect(opened(data, { group: 'none' })).rejects.toThrow(/no column 'file'/);
  // examples/test tests that the main job reads its options so.
  const columns = tableColumns({ columns: 'path=Foto,label=Art,part=Teil' })!;
  const { photos: named } = await opened(data, { columns, group: 'none' });
  expect(named.classes).toEqual(['Amanita', 'Boletus']);
  expect(named.photos.filter(({ part }) => part === 'test')).toHaveLength(16);
  expect(tableColumns({ columns: 'label=A,label=B' })).toEqual({ label: ['A', 'B'] });
  for (const wrong of ['file=Foto', 'path', 'path=a,path=b', '', 'path='])
    expect(() => tableColumns({ columns: wrong })).toThrow(/It should be path=<name>|Only label/);
});

test('without groups it is by class; groups that are not there are said to be missing', async () => {
  for (const group of ['exact', 'none']) {
    const { split, rule } = await splitOf(folder, { group });
    expect(rule).toMatch(/^of each class.* the rest test$/);
    expect(split.train).toHaveLength(2 * Math.ceil(0.65 * 24));
  }
  await expect(splitOf(photos, { group: 'column:finder' })).rejects.toThrow(
    /--group column:finder needs a .csv or .json table/,
  );
});

test('the output says how many copies there are, and where', async () => {
  const parts = await splitOf(photos, {});
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const printer = printerTo(process.stderr);
  announcePhotos(printer, photos, parts);
  const first = photos.photos[parts.split.train[0]!]!.id;
  const torn = { ...parts.split, test: [...parts.split.test, parts.split.train[0]!] };
  announcePhotos(printer, photos, {
    ...parts,
    split: { ...torn, train: parts.split.train.slice(1) },
  });
  const text = said.mock.calls.map(([line]) => line).join('');
  said.mockRestore();
  expect(text).toMatch(
    /copies +48 photos are nearly the same picture, in 16 groups; each group is in one part\n/,
  );
  expect(text).toMatch(
    /! nearly the same: Amanita\/ann-0.png, Amanita\/ann-1.png, Amanita\/ann-2.jpg/,
  );
  expect(text).toMatch(/! and 10 more groups of copies; all are in metrics.json/);
  expect(text).toMatch(/copies +48 photos are nearly the same picture, in 16 groups\n/);
  expect(text).toContain(
    `nearly the same, in test and train, as in the earlier split: ${first.split('-')[0]}`,
  );
});

test('--split takes the split.json of an earlier run or its folder, moves no photo, and says what it cannot read', async () => {
  const run = await mkdtemp(join(tmpdir(), 'shroom-earlier-'));
  const small = { ...photos, photos: photos.photos.filter((_, index) => index % 5 > 0) };
  const { split: first, rule } = await splitOf(small, {});
  const manifest = toManifest(small, first, { seed: 0, rule });
  await writeFile(join(run, 'split.json'), JSON.stringify(manifest));
  const before = new Map(
    Object.entries(first).flatMap(([part, own]) =>
      own.map((index: number) => [small.photos[index]!.id, part] as const),
    ),
  );
  for (const earlier of [run, join(run, 'split.json')]) {
    const { split, rule } = await splitOf(photos, { split: earlier });
    expect(rule).toMatch(/; extended: \d+ photos added, 0 missing/);
    const moved = Object.entries(split).flatMap(([part, own]) =>
      own.filter((index: number) => (before.get(photos.photos[index]!.id) ?? part) !== part),
    );
    expect(moved).toEqual([]);
  }
  await expect(splitOf(photos, { split: join(run, 'none.json') })).rejects.toThrow(
    /none\.json.* cannot be read \(ENOENT\)\. Give the split\.json of an earlier run/,
  );
  // When the classifier of that run is evaluated on these photos, the number of photos that it has seen is printed.
  const classifier = await openClassifier(await untrainedRun(run, photos.classes));
  const { seen } = await classifier.evaluate(photos);
  expect(seen).toBe(first.train.length + first.validation.length);
  await rm(join(run, 'split.json'));
  expect((await classifier.evaluate(photos)).seen).toBeUndefined();
  await classifier.dispose();
  await rm(run, { recursive: true });
});
