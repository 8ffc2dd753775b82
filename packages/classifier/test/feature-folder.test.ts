import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeNpy } from '@shroom/formats';
import { FeatureArrayError } from '@shroom/train/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FeatureFolderError } from '../src/errors';
import { type FeatureFolderOptions, openFeatureFolder } from '../src/feature-folder';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-folder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const rows = [
  'photo,class,part,error',
  'a.jpg,Russula,train,',
  '"b, c.jpg",Amanita,validation,',
  'd.jpg,,,not a picture',
  'e.jpg,Boletus,train,',
  'f.jpg,Amanita,,',
];

async function opened(table = rows, photos = 5, options: FeatureFolderOptions = {}) {
  const values = Float32Array.from({ length: photos * 2 }, (_, place) =>
    photos === 5 && Math.floor(place / 2) === 2 ? Number.NaN : place,
  );
  await writeFile(join(folder, 'features.npy'), encodeNpy({ shape: [photos, 2], values }));
  await writeFile(join(folder, 'photos.csv'), `${table.join('\n')}\n`);
  return openFeatureFolder(folder, options);
}

test('a folder of features has the classes and parts of its table, without unreadable photos', async () => {
  const { classes, parts, all, skipped, close } = await opened();
  expect(classes).toEqual(['Amanita', 'Boletus', 'Russula']);
  expect(skipped).toBe(1);
  expect(parts.train.labels).toEqual(Int32Array.of(2, 1));
  expect(await parts.train.read([1, 0], [0, 0])).toEqual(Float32Array.of(6, 7, 0, 1));
  expect(parts.validation.labels).toEqual(Int32Array.of(0));
  expect(parts.test.labels).toHaveLength(0);
  expect(all.labels).toEqual(Int32Array.of(2, 0, 1, 0));
  await close();
});

test('classes can be given, for the indices of another classifier', async () => {
  const classes = ['Suillus', 'Russula', 'Boletus', 'Amanita'];
  const { parts, close } = await opened(rows, 5, { classes });
  expect(parts.train.labels).toEqual(Int32Array.of(1, 2));
  await close();
});

test('photos may have several classes, whose names may have any character', async () => {
  const cell = (...names: string[]) => `"${JSON.stringify(names).replaceAll('"', '""')}"`;
  const table = [
    rows[0]!,
    `a.jpg,${cell('Russula|wild', 'Amanita')},train,`,
    `b.jpg,${cell('Amanita')},train,`,
    'c.jpg,,,not a picture',
    `d.jpg,${cell()},train,`,
    `e.jpg,${cell('a,"b"')},validation,`,
  ];
  const { classes, parts, close } = await opened(table);
  expect(classes).toEqual(['Amanita', 'Russula|wild', 'a,"b"']);
  expect(parts.train.targets).toEqual(Float32Array.of(1, 1, 0, 1, 0, 0, 0, 0, 0));
  expect(parts.validation.targets).toEqual(Float32Array.of(0, 0, 1));
  await close();
});

test.each([
  [rows.map(row => row.replace('e.jpg,Boletus', 'e.jpg,"[""Boletus""]"')), {}, /lists.*'e.jpg'/],
  [rows.map(row => row.replace('class', 'label')), {}, 'has no column class'],
  [rows.map(row => row.replace('train', 'training')), {}, "the part 'training' for 'a.jpg'"],
  [rows.map(row => row.replace('Boletus', '')), {}, "no class for 'e.jpg'"],
  [[...rows.slice(0, 5), '"f.jpg,Amanita'], {}, 'is damaged'],
  [rows, { unreadable: 'error' }, "'d.jpg' could not be read: not a picture"],
  [rows, { classes: ['Amanita'] }, "the class 'Boletus', which is not one of Amanita"],
] as const)(
  'a table that does not fit is an error that says why: %#',
  async (table, options, why) => {
    const opening = opened([...table], 5, options);
    await expect(opening).rejects.toThrow(FeatureFolderError);
    await expect(opening).rejects.toThrow(why);
  },
);

test('another number of rows than in the table, an unknown option and a missing table are errors', async () => {
  await expect(opened(rows, 6)).rejects.toThrow(FeatureArrayError);
  await expect(opened(rows, 5, { part: 1 } as never)).rejects.toThrow("no option 'part'");
  await rm(join(folder, 'photos.csv'));
  await expect(openFeatureFolder(folder)).rejects.toThrow('ENOENT');
});
