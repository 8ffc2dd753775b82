import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toManifest } from '@shroom/data';
import { readPixels } from '@shroom/data/node';
import { openDrawn } from '@shroom/drawn/node';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { announceData } from '../../examples/pipeline/announce';
import { columnNames } from '../../examples/pipeline/columns';
import { photosOf } from '../../examples/pipeline/evaluation-photos';
import { parseTrainOptions } from '../../examples/pipeline/options';
import { openPhotos, type Photos } from '../../examples/pipeline/photos';
import { columnsOf, splitPhotos } from '../../examples/pipeline/splitting';

const { signal } = new AbortController();
const sources = ['ann', 'bob', 'cem', 'dan', 'eve', 'fay', 'gil', 'hal'];
let folder: string;
let photos: Photos;

/** Photos named by their source; the third of each source is nearly its second, the first is the same on its side. */
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
  photos = await openPhotos({ data: folder, group: 'auto' }, signal);
});
afterAll(() => rm(folder, { recursive: true }));

const partsOf = (
  set: Photos,
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
  const bySource = await splitPhotos(photos, 'source', 0);
  expect(bySource.rule).toMatch(/^8 groups \(source\) kept together/);
  expect(partsOf(photos, bySource.split, source)).toEqual(Array(8).fill(1));

  for (const group of ['auto', 'near']) {
    const near = await splitPhotos(photos, group, 0);
    expect(near.rule).toMatch(/; 16 groups of near copies kept together/);
    const copies = partsOf(photos, near.split, id => id.replace(/-.*/, ''));
    expect(copies).toEqual(Array(16).fill(1));
  }

  const group = 'column:class,finder';
  expect(columnsOf(group)).toEqual(['class', 'finder']);
  const table = await openPhotos({ data: join(folder, 'table.csv'), group }, signal);
  const byColumns = await splitPhotos(table, group, 0);
  expect(byColumns.rule).toMatch(/^16 groups \(column:class,finder\)/);
  expect(partsOf(table, byColumns.split, id => id.split('-')[0]!)).toEqual(Array(16).fill(1));
});

test('--columns names the columns of a table', async () => {
  const head = 'Foto,Art,Finder,Teil';
  const rows = (await readFile(join(folder, 'table.csv'), 'utf8')).split('\n').slice(1);
  const parts = rows.map((row, index) => `${row},${index % 3 === 0 ? 'test' : 'train'}`);
  const data = join(folder, 'named.csv');
  await writeFile(data, [head, ...parts].join('\n'));
  await expect(openPhotos({ data, group: 'none' }, signal)).rejects.toThrow(/no column 'file'/);
  const columns = 'path=Foto,label=Art,part=Teil';
  const { argv } = process;
  const typed = [...argv.slice(0, 2), '--data', data, '--columns', columns, '--group', 'none'];
  const { options } = await parseTrainOptions(typed);
  const opened = await openPhotos(options, signal);
  expect(opened.classes).toEqual(['Amanita', 'Boletus']);
  expect(opened.photos.filter(({ part }) => part === 'test')).toHaveLength(16);
  expect(columnNames('label=A,label=B')).toEqual({ label: ['A', 'B'] });
  for (const wrong of ['file=Foto', 'path', 'path=a,path=b', '', 'path='])
    expect(() => columnNames(wrong)).toThrow(/It should be path=<name>|Only label/);
});

test('without groups it is by class; groups that are not there are said to be missing', async () => {
  for (const group of ['exact', 'none']) {
    const opened = await openPhotos({ data: folder, group }, signal);
    const { split, rule } = await splitPhotos(opened, group, 0);
    expect(rule).toMatch(/^of each class.* the rest test$/);
    expect(split.train).toHaveLength(2 * Math.ceil(0.65 * 24));
  }
  await expect(splitPhotos(photos, 'column:finder', 0)).rejects.toThrow(
    /--group column:finder needs a .csv or .json table/,
  );
});

test('the output says how many copies there are, and where', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const parts = await splitPhotos(photos, 'auto', 0);
  announceData(photos, parts);
  const first = photos.photos[parts.split.train[0]!]!.id;
  const torn = { ...parts.split, test: [...parts.split.test, parts.split.train[0]!] };
  announceData(photos, { ...parts, split: { ...torn, train: parts.split.train.slice(1) } });
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
    `nearly the same, in test and train, as the earlier split has it: ${first.split('-')[0]}`,
  );
});

test('--split takes the split.json of an earlier run or its folder, moves no photo, and says what it cannot read', async () => {
  const run = await mkdtemp(join(tmpdir(), 'shroom-earlier-'));
  const small = { ...photos, photos: photos.photos.filter((_, index) => index % 5 > 0) };
  const { split: first, rule } = await splitPhotos(small, 'auto', 0);
  const manifest = toManifest(small, first, { seed: 0, rule });
  await writeFile(join(run, 'split.json'), JSON.stringify(manifest));
  const before = new Map(
    Object.entries(first).flatMap(([part, own]) =>
      own.map((index: number) => [small.photos[index]!.id, part] as const),
    ),
  );
  for (const earlier of [run, join(run, 'split.json')]) {
    const { split, rule } = await splitPhotos(photos, 'auto', 0, earlier);
    expect(rule).toMatch(/; extended: \d+ photos added, 0 missing/);
    const moved = Object.entries(split).flatMap(([part, own]) =>
      own.filter((index: number) => (before.get(photos.photos[index]!.id) ?? part) !== part),
    );
    expect(moved).toEqual([]);
  }
  // Whoever evaluates the classifier of that run on these photos is told how many it has seen.
  const { seen } = await photosOf(folder, run, photos.classes, signal);
  expect(seen).toBe(first.train.length + first.validation.length);
  await rm(join(run, 'split.json'));
  expect((await photosOf(folder, run, photos.classes, signal)).seen).toBeUndefined();
  await expect(splitPhotos(photos, 'auto', 0, join(run, 'none.json'))).rejects.toThrow(
    /--split .*none\.json.* cannot be read \(ENOENT\)\. Give the split\.json of an earlier run/,
  );
  await rm(run, { recursive: true });
});
