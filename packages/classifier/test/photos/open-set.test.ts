import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examinePhoto, listPhotos, PhotoSetError, writePhotoIndex } from '@shroom/data/node';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nameOf, openSet } from '../../src/photos/open-set';
import { labelsOf, taskOfPhotos } from '../../src/photos/truth';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-open-set-'));
  for (let index = 0; index < 12; index++) {
    const background = { r: 20 * index, g: 80, b: 200 };
    const picture = sharp({ create: { width: 9, height: 7, channels: 3, background } });
    await picture.toFile(join(folder, `${index}.png`));
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** A table of twelve photos, with a column of 0 and 1 for each of two classes. If `both`, the first photo has both classes. */
async function table(both: boolean): Promise<string> {
  const rows = Array.from({ length: 12 }, (_, index) => {
    const flags = index === 0 && both ? '1,1' : index % 2 === 0 ? '1,0' : '0,1';
    return `${index}.png,${flags}`;
  });
  const file = join(folder, `${both}.csv`);
  await writeFile(file, ['file,Amanita,Boletus', ...rows].join('\n'));
  return file;
}

const reading = { group: 'none' };

test("photos with several classes make the task 'multi-label', and 'single-label' refuses them by name", async () => {
  const set = await openSet(await table(true), reading, {});
  expect(taskOfPhotos(set)).toEqual({
    task: 'multi-label',
    reason: '1 photos have several classes',
  });
  expect(() => taskOfPhotos(set, 'single-label')).toThrow(PhotoSetError);
  expect(() => taskOfPhotos(set, 'single-label')).toThrow(
    /true: 1 photos have several classes, such as '0.png' with 'Amanita' and 'Boletus'/,
  );
});

test("photos with one class each can also be opened for the task 'multi-label'", async () => {
  const set = await openSet(await table(false), reading, {});
  expect(set.photos).toHaveLength(12);
  expect(set.name).toBe('false');
  expect(taskOfPhotos(set).task).toBe('single-label');
  expect(taskOfPhotos(set, 'multi-label')).toEqual({
    task: 'multi-label',
    reason: 'it was asked for',
  });
});

test('a separator divides the classes in a cell', async () => {
  const rows = Array.from({ length: 12 }, (_, index) => `${index}.png,${index < 6 ? 'a|b' : 'b'}`);
  const file = join(folder, 'lists.csv');
  await writeFile(file, ['file,label', ...rows].join('\n'));
  const set = await openSet(file, { ...reading, columns: { labelSeparator: '|' } }, {});
  expect(set.classes).toEqual(['a', 'b']);
  expect(labelsOf(set.photos.find(({ id }) => id === '3.png')!)).toEqual([0, 1]);
  expect(taskOfPhotos(set).reason).toBe('6 photos have several classes');
});

test("photos without any class make the task 'multi-label' too", async () => {
  const set = await openSet(await table(false), reading, {});
  const photos = set.photos.map((photo, index) => ({
    ...photo,
    labels: index === 0 ? [] : [photo.label],
  }));
  expect(taskOfPhotos({ ...set, photos })).toEqual({
    task: 'multi-label',
    reason: '1 photos have none',
  });
  expect(() => taskOfPhotos({ ...set, photos }, 'single-label')).toThrow(/have none, such as/);
});

test.each(['pets.photos', 'pets.zip', 'pets', 'archive/pets.tar'])('%s is named pets', place => {
  expect(nameOf(place)).toBe('pets');
});

test('an index that was moved without its photos is refused before hours of work', async () => {
  const { listed } = await listPhotos(await table(false));
  const sorted = [...listed.candidates].sort((a, b) => (a.id < b.id ? -1 : 1));
  async function* examined() {
    for (const photo of sorted) yield { ...photo, examined: await examinePhoto(photo.origin) };
  }
  const index = join(folder, 'set.photos');
  await writePhotoIndex(index, { photos: sorted.length, findings: [] }, examined());
  expect((await openSet(index, reading, {})).photos).toHaveLength(12);
  const moved = join(folder, 'moved', 'set.photos');
  await mkdir(join(folder, 'moved'));
  await cp(index, moved);
  const opening = openSet(moved, reading, {});
  await expect(opening).rejects.toThrow(PhotoSetError);
  await expect(opening).rejects.toThrow(
    `3 of 3 files that were looked for are not there, such as ${join(folder, 'moved/0.png')}`,
  );
});
