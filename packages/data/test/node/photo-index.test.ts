import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { splitByClass } from '../../src/index';
import {
  batches,
  findPhotos,
  inspect,
  listPhotos,
  openPhotos,
  PhotoSetError,
  readBytes,
  writePhotoIndex,
} from '../../src/node/index';
import { writeIndexOf } from './source-cases';

let root: string;
let index: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'shroom-index-'));
  index = join(root, 'set.photos');
  for (const [label, name] of ['Amanita', 'Boletus'].entries()) {
    const folder = join(root, 'photos', name);
    await mkdir(folder, { recursive: true });
    for (let photo = 0; photo < 8; photo++) {
      const background = { r: 20 * photo, g: 90 * label, b: 70 };
      await sharp({ create: { width: 9, height: 7, channels: 3, background } })
        .png()
        .toFile(join(folder, `${photo}.png`));
    }
  }
  const first = await readFile(join(root, 'photos/Amanita/0.png'));
  await writeFile(join(root, 'photos/Boletus/copy.png'), first);
  await writeFile(join(root, 'photos/Boletus/cut.png'), first.subarray(0, 50));
  await writeIndexOf(join(root, 'photos'), index);
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('an index opens as the set that it was made of, without reading a photo', async () => {
  const plain = await openPhotos(join(root, 'photos'), { copies: 'exact' });
  await rm(join(root, 'photos/Amanita/1.png'));
  const { photos, ...set } = await openPhotos(index, { copies: 'exact' });
  expect({ ...set, photos: [...photos] }).toEqual(plain);
  expect(set.findings).toContainEqual(expect.objectContaining({ subject: 'Boletus/cut.png' }));
  expect(set.copies).toMatchObject([{ kind: 'exact', acrossClasses: true }]);
  expect(splitByClass(photos)).toEqual(splitByClass(plain.photos));
});

test('without pictures, near copies cannot be found, and a finding says so', async () => {
  const { findings } = await openPhotos(index);
  expect(findings.map(({ kind }) => kind)).toContain('copies not searched');
});

test('the photos are made when they are asked for, and are an array that cannot be changed', async () => {
  const { photos } = await openPhotos(index);
  expect(Array.isArray(photos)).toBe(true);
  expect(photos).toHaveLength(17);
  expect(photos.map(({ id }) => id)).toEqual(photos.slice().map(({ id }) => id));
  expect(photos.filter(({ label }) => label === 0)).toHaveLength(8);
  expect(photos.at(-1)).toEqual(photos[16]);
  expect(photos[17]).toBeUndefined();
  expect(JSON.parse(JSON.stringify(photos))).toEqual([...photos]);
  expect(Object.keys(photos)).toHaveLength(17);
  expect(() => (photos as unknown[]).push({})).toThrow('cannot be changed');
});

test('photos that share some facts and not others keep their own', async () => {
  const place = join(root, 'mixed.photos');
  const sha256 = 'ab'.repeat(32);
  const plain = { className: 'Amanita', known: { sha256, converted: [] as string[] } };
  const file = (path: string) => ({ kind: 'file', path: join(root, path) }) as const;
  const tar = (path: string, offset: number) =>
    ({ kind: 'tar', path: join(root, path), offset, size: 7 }) as const;
  const candidates = [
    { ...plain, id: '0.jpg', origin: file('0.jpg') },
    { ...plain, id: '1.jpg', origin: file('photos/1.jpg') },
    { ...plain, id: '2.jpg', origin: file('photos/2.jpg'), part: 'test' as const },
    { ...plain, id: '3.jpg', origin: file('photos/3.jpg'), className: 'Boletus' },
    { ...plain, id: '4.jpg', origin: file('photos/other.jpg') },
    { ...plain, id: '5.jpg', origin: file('photos/5.jpg'), group: 'a' },
    { ...plain, id: '6.jpg', origin: tar('a.tar', 512) },
    { ...plain, id: '7.jpg', origin: tar('a.tar', 1536) },
    { ...plain, id: '8.jpg', origin: tar('b.tar', 512), known: { problem: 'no picture' } },
    { ...plain, id: '9.jpg', origin: tar('b.tar', 512), known: { sha256, converted: ['gray'] } },
    { ...plain, id: 'a.jpg', origin: tar('b.tar', 512), columns: { camera: 'x' } },
    { ...plain, id: 'b.jpg', origin: tar('b.tar', 1024), classNames: ['Amanita', 'Boletus'] },
    { ...plain, id: 'c.jpg', origin: tar('b.tar', 2048) },
  ];
  async function* indexed() {
    for (const { known, ...photo } of candidates) {
      const seen = { bytes: 7, width: 9, height: 7, format: 'jpeg' };
      yield { ...photo, examined: 'problem' in known ? known : { ...known, ...seen } };
    }
  }
  const head = { photos: candidates.length, findings: [] };
  await writePhotoIndex(place, head, indexed());
  expect([...(await listPhotos(place)).listed.candidates]).toEqual(candidates);
});

test('photos are found with their sizes and hashes', async () => {
  const found = [];
  for await (const photo of findPhotos(index)) found.push(photo);
  expect(found).toHaveLength(18);
  const [first] = found;
  expect(first).toMatchObject({
    ...{ name: 'Amanita/0.png', place: index },
    origin: { kind: 'file', path: join(root, 'photos/Amanita/0.png') },
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(found.find(({ name }) => name === 'Boletus/cut.png')!.sha256).toBeUndefined();
});

test('a line tells the first photo with the same bytes', async () => {
  const lines = (await readFile(index, 'utf8')).trim().split('\n');
  const [, ...photos] = lines.map(line => JSON.parse(line));
  expect(photos.find(({ id }) => id === 'Boletus/copy.png')).toMatchObject({ copyOf: 0, width: 9 });
});

test.each([
  [
    'is cut',
    (text: string) => text.slice(0, text.lastIndexOf('\n{') + 1),
    /has 17 photos, but says 18/,
  ],
  ['ends in a line', (text: string) => text.slice(0, -30), /is damaged at 'line 19'/],
  ['has a photo twice', (text: string) => text.replace('Amanita/1.png', 'Amanita/0.png'), /order/],
  ['is another file', () => '{}\n', /is no index of photos/],
  [
    'is of a later version',
    (text: string) => text.replace('"version":1', '"version":2'),
    /has version 2/,
  ],
  [
    'says that there are more photos than bytes',
    (text: string) => text.replace('"photos":18', '"photos":9e15'),
    /is damaged at 'its first line'/,
  ],
  [
    'has no text where one is needed',
    (text: string) => text.replace('"class":"Boletus"', '"class":null'),
    /is damaged at 'line 10'/,
  ],
  [
    'has a place without a path',
    (text: string) =>
      text.replace(/"from":\{"kind":"file","path":"[^"]*"/, '"from":{"kind":"file","path":7'),
    /is damaged at 'line 2'/,
  ],
  ['has no hash', (text: string) => text.replace(/"sha256":"\w+",/, ''), /damaged at 'Amanita/],
])('an index that %s is refused', async (_, change, message) => {
  const where = join(root, 'changed.photos');
  await writeFile(where, change(await readFile(index, 'utf8')));
  await expect(openPhotos(where)).rejects.toThrow(message);
});

test('files and folders whose names look like addresses are on the disk', async () => {
  const photos = join(root, 'colons');
  await mkdir(join(photos, 'genus:a'), { recursive: true });
  await mkdir(join(photos, 'b'), { recursive: true });
  const bytes = await readFile(join(root, 'photos/Amanita/0.png'));
  for (const name of ['genus:a/img-10:20.png', 'b/https:1.png'])
    await writeFile(join(photos, name), bytes);
  const where = join(photos, 'colons.photos');
  await writeIndexOf(photos, where);
  const found = [];
  for await (const { origin } of findPhotos(where)) found.push(await readBytes(origin));
  expect(found.map(({ length }) => length)).toEqual([bytes.length, bytes.length]);
  const { photos: opened } = await openPhotos(where, { copies: 'exact', leastPerClass: 1 });
  expect(opened.map(({ origin }) => 'path' in origin && origin.path)).toEqual([
    join(photos, 'b/https:1.png'),
    join(photos, 'genus:a/img-10:20.png'),
  ]);
});

test('folders whose names begin with two dots are below the folder of the index', async () => {
  const folder = join(root, 'dots');
  for (const name of ['a', 'b']) {
    await mkdir(join(folder, '..old', name), { recursive: true });
    const bytes = await readFile(join(root, 'photos/Amanita/0.png'));
    await writeFile(join(folder, '..old', name, '0.png'), bytes);
  }
  await writeIndexOf(join(folder, '..old'), join(folder, 'dots.photos'));
  const moved = join(root, 'moved');
  await rename(folder, moved);
  const { photos } = await openPhotos(join(moved, 'dots.photos'), {
    ...{ copies: 'exact', leastPerClass: 1 },
  });
  expect(photos.map(({ origin }) => 'path' in origin && origin.path)).toEqual([
    join(moved, '..old/a/0.png'),
    join(moved, '..old/b/0.png'),
  ]);
});

test('a first line may be longer than one piece of the file', async () => {
  const where = join(root, 'long.photos');
  const [first, ...lines] = (await readFile(index, 'utf8')).split('\n');
  const { findings, ...head } = JSON.parse(first!);
  const reason = 'é'.repeat(70_000);
  const long = { ...head, findings: [...findings, { kind: 'system files', subject: 'x', reason }] };
  await writeFile(where, [JSON.stringify(long), ...lines].join('\n'));
  const set = await openPhotos(where);
  expect(set.photos).toHaveLength(17);
  expect(set.findings).toContainEqual(expect.objectContaining({ reason }));
});

test('a photo listed twice is refused also where photos are found', async () => {
  const where = join(root, 'twice.photos');
  const text = await readFile(index, 'utf8');
  await writeFile(where, text.replaceAll('Amanita/1.png', 'Amanita/0.png'));
  const all = async () => {
    for await (const _ of findPhotos(where));
  };
  await expect(all()).rejects.toThrow(PhotoSetError);
});

test('a folder may be named as an index', async () => {
  const where = join(root, 'folder.photos');
  await mkdir(where);
  await writeFile(join(where, 'a.png'), await readFile(join(root, 'photos/Amanita/0.png')));
  const names = [];
  for await (const { name } of findPhotos(where)) names.push(name);
  expect(names).toEqual(['a.png']);
});

test('an inspection without the photos of an index says where they should be', async () => {
  const where = join(root, 'elsewhere', 'set.photos');
  await mkdir(join(root, 'elsewhere'));
  await writeFile(where, await readFile(index));
  const moved = await openPhotos(where);
  expect(moved.findings).toContainEqual({
    kind: 'photos absent',
    subject: where,
    reason: expect.stringContaining(
      `2 of 2 files that were looked for are not there, such as ${join(root, 'elsewhere/photos/')}`,
    ),
  });
  const { findings } = await openPhotos(index);
  expect(findings.map(({ kind }) => kind)).not.toContain('photos absent');
  const error: Error = await inspect(moved).catch(cause => cause);
  expect(error).toBeInstanceOf(PhotoSetError);
  expect(error.message).toContain(`is not at ${join(root, 'elsewhere/photos/')}`);
});

test('a photo that changed after it was indexed is not read under its old hash', async () => {
  const { photos } = await openPhotos(index);
  const one = photos.find(({ id }) => id === 'Boletus/7.png')!;
  const path = join(root, 'photos', one.id);
  const before = await readFile(path);
  const normalization = { channelOrder: 'RGB', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;
  const how = { size: [8, 8], normalization, workers: 1 } as const;
  const read = async () => {
    let count = 0;
    for await (const { samples } of batches([one], { ...how, verify: true }))
      count += samples.length;
    return count;
  };
  expect(await read()).toBe(1);
  await writeFile(path, await readFile(join(root, 'photos/Boletus/6.png')));
  await expect(read()).rejects.toThrow(/^Boletus\/7.png: the photo has changed/);
  await writeFile(path, before);
});

test('an index is written only whole, in order and under a name that opens', async () => {
  const head = { photos: 2, findings: [] };
  const photo = (id: string) => ({
    ...{ id, className: 'a', origin: { kind: 'file', path: `/photos/${id}` } as const },
    examined: { problem: 'unreadable' },
  });
  async function* of(...ids: string[]) {
    yield* ids.map(photo);
  }
  const where = join(root, 'other.photos');
  await expect(writePhotoIndex(where, head, of('b', 'a'))).rejects.toThrow("'a' comes after 'b'");
  await expect(writePhotoIndex(where, head, of('a'))).rejects.toThrow('1 photos, not 2');
  await expect(readFile(where)).rejects.toThrow('ENOENT');
  await expect(writePhotoIndex(join(root, 'other'), head, of())).rejects.toThrow('.photos');
});

test.each(['tar', 'file'] as const)(
  'a photo (%s) of an index takes at most 200 bytes of memory',
  async kind => {
    const count = 100_000;
    const where = join(root, 'many.photos');
    async function* many() {
      for (let number = 0; number < count; number++) {
        const photo = String(number).padStart(6, '0');
        const path = `/photos/shards-${photo.slice(0, 2)}.tar`;
        const tar = { kind: 'tar', path, offset: 512 * number, size: 98_976 } as const;
        const id = `shards-${photo.slice(0, 2)}.tar/Amanita/${photo}.jpg`;
        const file = { kind: 'file', path: join(root, 'photos', id) } as const;
        yield {
          ...{ id, className: 'Amanita', origin: kind === 'tar' ? tar : file },
          examined: {
            ...{ sha256: number.toString(16).padStart(64, '0'), bytes: 98_976, converted: [] },
            ...{ width: 640, height: 480, format: 'jpeg' },
          },
        };
      }
    }
    await writePhotoIndex(where, { photos: count, findings: [] }, many());
    setFlagsFromString('--expose-gc');
    const collectGarbage: () => void = runInNewContext('gc');
    const used = () => {
      collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const before = used();
    const { photos } = await openPhotos(where, { copies: 'exact', leastClasses: 1 });
    const each = (used() - before) / count;
    expect(photos).toHaveLength(count);
    expect(photos[54_321]!.sha256).toBe((54_321).toString(16).padStart(64, '0'));
    expect(each).toBeLessThan(200);
  },
  60_000,
);
