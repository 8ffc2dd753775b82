import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPhotos, PhotoSetError } from '@shroom/data/node';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSet } from '../../src/photos/open-set';

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

/** Twelve photos of two classes by columns of 0 and 1; the first has `both` or one. */
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

test('photos with several classes are refused by name, wherever they come from', async () => {
  const message = /1 photos have several classes, such as '0.png' with 'Amanita' and 'Boletus'/;
  const file = await table(true);
  await expect(openSet(file, reading, {})).rejects.toThrow(PhotoSetError);
  await expect(openSet(file, reading, {})).rejects.toThrow(message);
  await expect(openSet(await openPhotos(file), reading, {})).rejects.toThrow(message);
});

test('photos with one class each are opened', async () => {
  const { photos, name } = await openSet(await table(false), reading, {});
  expect(photos).toHaveLength(12);
  expect(name).toBe('false');
});
