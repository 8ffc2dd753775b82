import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  collectPhotos,
  decode,
  listPhotoSources,
  openPhotos,
  type PhotoSource,
  readPixels,
  registerPhotoSource,
} from '../../src/node/index';
import { photoListers } from '../../src/node/sources/table';
import { type GivenPhoto, sourceCases } from './source-cases';

let pictures: Buffer[];
let photos: GivenPhoto[];
let root: string;

beforeAll(async () => {
  pictures = await Promise.all(
    Array.from({ length: 14 }, (_, index) => {
      const background = { r: 15 * index, g: 80, b: 200 };
      return sharp({ create: { width: 9, height: 7, channels: 3, background } })
        .png()
        .toBuffer();
    }),
  );
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shroom-sources-'));
  photos = pictures.map((bytes, index) => ({
    name: `${index}.png`,
    className: index % 2 === 0 ? 'Amanita' : 'Boletus',
    bytes,
  }));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('every source of the table has a case', () => {
  const tried = Object.keys(sourceCases).filter(key => key !== 'folder');
  expect(tried.sort()).toEqual(Object.keys(photoListers).sort());
});

/** The given name of a photo, also where ids have numbers of rows. */
const nameOf = (id: string, given: readonly GivenPhoto[], byRow = false): string =>
  byRow ? given[Number(basename(id))]!.name : basename(id);

describe.each(Object.entries(sourceCases))('%s', (key, start) => {
  const opened = async (
    given: readonly GivenPhoto[],
    more: Parameters<typeof openPhotos>[1] = {},
  ) => {
    const { where, options, stop } = await start(given, root);
    try {
      return await openPhotos(where, { ...options, ...more });
    } finally {
      await stop?.();
    }
  };

  test('gives each photo with its class, and its pixels', async () => {
    const { where, options, stop, byRow } = await start(photos, root);
    try {
      const set = await openPhotos(where, options);
      expect(set.classes).toEqual(['Amanita', 'Boletus']);
      const named = set.photos.map(({ id }) => nameOf(id, photos, byRow));
      expect([...named].sort()).toEqual(photos.map(({ name }) => name).sort());
      for (const [index, { label, sha256, origin }] of set.photos.entries()) {
        const given = photos.find(({ name }) => name === named[index])!;
        expect(set.classes[label]).toBe(given.className);
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
        expect(await readPixels(origin, [4, 4])).toEqual(
          await decode(Buffer.from(given.bytes), [4, 4]),
        );
      }
    } finally {
      await stop?.();
    }
  });

  test('gives the split that the set comes with', async () => {
    const parts = ['train', 'train', 'train', 'train', 'val', 'test', 'test'];
    const split = photos.map((photo, index) => ({ ...photo, part: parts[Math.floor(index / 2)]! }));
    const set = await opened(split);
    const count = (name: string) => set.photos.filter(({ part }) => part === name).length;
    expect([count('train'), count('validation'), count('test')]).toEqual([8, 2, 4]);
  });

  test('leaves out what is damaged, says so, and finds what is the same', async () => {
    const [first, ...others] = photos;
    const cut = { ...first!, bytes: first!.bytes.subarray(0, 60) };
    const copy = { ...photos[2]!, name: 'copy.png' };
    const given = [cut, ...others, copy];
    const set = await opened(given);
    expect(set.photos).toHaveLength(14);
    const shown = (id: string) => nameOf(id, given, key === '.parquet');
    const found = set.findings.filter(({ kind }) => kind === 'quarantined');
    expect(found.map(({ subject }) => shown(subject))).toEqual(['0.png']);
    expect(set.copies!.map(({ photos }) => photos.map(shown))).toEqual([['2.png', 'copy.png']]);
  });

  test('takes classes that differ in letter case alone as one', async () => {
    const set = await opened(
      photos.map((photo, index) => (index === 4 ? { ...photo, className: 'AMANITA' } : photo)),
    );
    expect(set.classes).toHaveLength(2);
    expect(set.photos).toHaveLength(14);
    expect(set.findings).toContainEqual(expect.objectContaining({ kind: 'classes merged' }));
  });

  test('says what is missing, where a class or everything is', async () => {
    const alone = photos.filter(({ className }) => className === 'Amanita');
    await expect(opened(alone)).rejects.toThrow(
      /one usable class \('Amanita'\).*(Each class needs|should (hold|have)|at least)/,
    );
    const { nowhere, options, stop } = await start(photos, root);
    await expect(openPhotos(nowhere, options)).rejects.toThrow(
      nowhere.slice(nowhere.indexOf(':') + 1),
    );
    await stop?.();
  });

  test('tells how far it is, and stops when it is asked to', async () => {
    const seen: string[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) =>
      seen.push(`${done} of ${total}`);
    await opened(photos, { onProgress });
    expect(seen.at(-1)).toBe('14 of 14');
    const reason = new Error('no longer wanted');
    await rm(root, { recursive: true });
    await mkdir(root);
    await expect(opened(photos, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('a source that a user registers', () => {
  /** A line for each photo, as Caffe has it: its path, and its class. */
  const openList: PhotoSource = async (where, options) => {
    const rows = (await readFile(where, 'utf8')).split('\n').map(line => line.split(' '));
    const candidates = rows.map(([id, className]) => ({
      id: id!,
      className: className!,
      origin: { kind: 'file', path: join(where, '..', id!) } as const,
    }));
    return collectPhotos(where, { candidates }, options);
  };

  test('is found by the longest ending, in any case, and by its scheme', async () => {
    registerPhotoSource('.list', openList);
    registerPhotoSource('.list', openList);
    registerPhotoSource('.not.list', () => Promise.reject(new Error('the longer one')));
    registerPhotoSource('lists', (where, options) =>
      openList(join(root, where.slice('lists:'.length)), options),
    );
    expect(listPhotoSources()).toEqual([
      ...Object.keys(photoListers),
      '.list',
      '.not.list',
      'lists',
    ]);
    for (const { name, bytes } of photos) await writeFile(join(root, name), bytes);
    const lines = photos.map(({ name, className }) => `${name} ${className}`);
    await writeFile(join(root, 'a.LIST'), lines.join('\n'));
    const { classes, photos: found } = await openPhotos(join(root, 'a.LIST'));
    expect([classes, found.length]).toEqual([['Amanita', 'Boletus'], 14]);
    expect((await openPhotos('lists:a.LIST')).photos).toEqual(found);
    await writeFile(join(root, 'b.not.list'), '');
    await expect(openPhotos(join(root, 'b.not.list'))).rejects.toThrow('the longer one');
    await writeFile(join(root, 'c.list'), lines.slice(0, 3).join('\n'));
    await expect(openPhotos(join(root, 'c.list'))).rejects.toThrow(
      /no usable class; training needs at least two\. Each class needs at least 6 photos/,
    );
    await writeFile(join(root, 'd.list'), 'none.jpg Amanita');
    await expect(
      openPhotos(join(root, 'd.list'), { leastPerClass: 1, leastClasses: 1 }),
    ).rejects.toThrow(/has no usable class\. Each class needs at least 1 photo\./);
  });

  test('has a name of its own, and is a function', () => {
    expect(() => registerPhotoSource('.zip', openList)).toThrow(RangeError);
    expect(() => registerPhotoSource('kaggle', openList)).toThrow(
      "A source of photos named 'kaggle' exists already. Choose another name.",
    );
    expect(() => registerPhotoSource('c', openList)).toThrow(/cannot have the name "c"/);
    expect(() => registerPhotoSource('S3:', openList)).toThrow(TypeError);
    expect(() => registerPhotoSource('half', {} as PhotoSource)).toThrow(/should be a function/);
    expect(listPhotoSources()).not.toContain('half');
  });
});

test('what no source reads is refused, with the sources that there are', async () => {
  await writeFile(join(root, 'photos.rar'), '');
  await expect(openPhotos(join(root, 'photos.rar'))).rejects.toThrow(
    /photos\.rar is a file that no source of photos can read.*\.zip.*kaggle.*registerPhotoSource/,
  );
  await expect(openPhotos('share:photos')).rejects.toThrow(
    /share:photos does not exist, and no source of photos has the scheme 'share'/,
  );
});
