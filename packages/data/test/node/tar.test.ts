import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ArchiveError,
  findPhotos,
  listPhotos,
  openPhotos,
  PackError,
  PhotoSetError,
  type PlacedPhoto,
  packPhotos,
  readBytes,
  writeTarIndex,
} from '../../src/node/index';
import { ofWriting } from '../../src/node/pack/pack-error';
import { expandBraces } from '../../src/node/places/expand';
import { tarEnd, tarFile } from '../../src/node/tar/writer';
import { writeIndexOf } from './source-cases';

/** Written by tools/reference/webdataset_shards.py. */
const reference = fileURLToPath(new URL('../reference/webdataset', import.meta.url));
interface Sample {
  readonly tar: string;
  readonly key: string;
  readonly files: Readonly<Record<string, string>>;
}

let folder: string;
let samples: readonly Sample[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-tar-'));
  await cp(reference, join(folder, 'tars'), { recursive: true });
  samples = JSON.parse(await readFile(join(reference, 'samples.json'), 'utf8')) as Sample[];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const tar = (name: string) => join(folder, 'tars', name);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function all(places: string | string[], input?: Readable): Promise<PlacedPhoto[]> {
  const found: PlacedPhoto[] = [];
  for await (const photo of findPhotos(places, input && { input })) found.push(photo);
  return found;
}

describe.each(['ustar', 'gnu', 'pax', 'drawn-000000', 'drawn-000001'])('%s.tar', name => {
  const expected = () => samples.filter(each => each.tar === `${name}.tar`);
  const isPicture = (suffix: string) => /jpg|png/.test(suffix);

  test('has the samples that webdataset reads, in their order, with the same bytes', async () => {
    const found = await all(tar(`${name}.tar`));
    const withPicture = expected().filter(({ files }) => Object.keys(files).some(isPicture));
    expect(found.map(photo => photo.name.replace(/\.[^/]*$/, ''))).toEqual(
      withPicture.map(({ key }) => key.replace(/^a\.folder/, 'a.folder')),
    );
    for (const [index, { origin }] of found.entries()) {
      const hashes = Object.entries(withPicture[index]!.files).filter(([key]) => isPicture(key));
      const shortest = hashes.sort(([a], [b]) => a.length - b.length)[0]!;
      expect(sha256(await readBytes(origin))).toBe(shortest[1]);
    }
  });

  test('has the same photos with an index, which is read instead of the headers', async () => {
    const copy = join(folder, `indexed-${name}.tar`);
    await cp(tar(`${name}.tar`), copy);
    const before = await all(copy);
    const { path, photos } = await writeTarIndex(copy);
    expect([path, photos]).toEqual([`${copy}.index`, before.length]);
    expect(await all(copy)).toEqual(before);
  });
});

test('an index that cannot be written is an error, and nothing of it is left', async () => {
  const own = join(folder, 'unwritable');
  await mkdir(join(own, 'a.tar.index'), { recursive: true });
  await cp(tar('drawn-000000.tar'), join(own, 'a.tar'));
  await expect(writeTarIndex(join(own, 'a.tar'))).rejects.toThrow(/EISDIR|ENOTEMPTY|EPERM/);
  const bytes = await readFile(tar('drawn-000000.tar'));
  await writeFile(join(own, 'b.tar'), bytes.subarray(0, 4000));
  await expect(writeTarIndex(join(own, 'b.tar'))).rejects.toThrow(ArchiveError);
  expect((await readdir(own)).sort()).toEqual(['a.tar', 'a.tar.index', 'b.tar']);
});

test('shards by braces and globs are one set, whose classes are names before numbers', async () => {
  for (const places of [tar('drawn-{000000..000001}.tar'), tar('drawn-*.tar')]) {
    const set = await openPhotos(places);
    expect(set.classes).toEqual(['Amanita', 'Boletus']);
    expect(set.photos.map(({ id }) => id).slice(6, 8)).toEqual([
      'drawn-000000.tar/0006.jpg',
      'drawn-000001.tar/0007.jpg',
    ]);
    expect(set.photos[0]!.columns).toEqual({ camera: 'pencil', cls: '0' });
  }
});

test('a list on standard input names places, one a line', async () => {
  const lines = ['drawn-000000.tar', 'drawn-000001.tar'].map(tar).join('\r\n');
  const found = await all('-', Readable.from([`${lines}\n\n`]));
  expect(found.map(({ place }) => basename(place))).toEqual([
    ...Array.from({ length: 7 }, () => 'drawn-000000.tar'),
    ...Array.from({ length: 7 }, () => 'drawn-000001.tar'),
  ]);
});

test('braces', () => {
  expect(expandBraces('a{08..11}-{x,y}')).toEqual(
    ['08', '09', '10', '11'].flatMap(number => [`a${number}-x`, `a${number}-y`]),
  );
  expect(expandBraces('{3..1}')).toEqual(['3', '2', '1']);
  expect(expandBraces('{one}.tar')).toEqual(['{one}.tar']);
  expect(() => expandBraces('{0..9999999}')).toThrow(PhotoSetError);
});

describe('what is wrong with an archive is said', () => {
  test('two files of a sample with the same suffix', async () => {
    await expect(all(tar('twice.tar'))).rejects.toThrow(
      /twice\.tar cannot be read as a tar archive: the sample 'one' has two files with the suffix 'jpg'/,
    );
  });

  test('an archive that is cut, or no archive', async () => {
    const cut = join(folder, 'cut.tar');
    await cp(tar('drawn-000000.tar'), cut);
    const whole = await all(cut);
    await truncate(cut, 5000);
    await expect(all(cut)).rejects.toThrow(ArchiveError);
    await expect(all(cut)).rejects.toThrow(/incomplete/);
    await expect(readBytes(whole.at(-1)!.origin)).rejects.toThrow(/incomplete/);
    await writeFile(cut, 'no archive'.repeat(200));
    await expect(all(cut)).rejects.toThrow(/there is no header/);
    await expect(all(join(folder, 'none.tar'))).rejects.toThrow(/none\.tar does not exist/);
  });

  test('an archive that is compressed, and files with holes or an odd size', async () => {
    const odd = join(folder, 'odd.tar');
    const refused = async (content: Uint8Array, why: string) => {
      await writeFile(odd, content);
      await expect(all(odd)).rejects.toThrow(ArchiveError);
      await expect(all(odd)).rejects.toThrow(why);
    };
    const photo = tarFile('1.jpg', Buffer.alloc(600, 7));
    await refused(gzipSync(photo, { level: 0 }), 'it is compressed. Unpack it first');
    const extended = (records: string) =>
      Buffer.concat([withType(tarFile('pax', Buffer.from(records)), 'x'), photo, tarEnd]);
    await refused(extended('12 size=abc\n'), "it has the size 'abc'");
    await refused(extended('22 GNU.sparse.major=1\n'), 'stored with holes (sparse)');
    await refused(Buffer.concat([withType(photo, 'S'), tarEnd]), 'stored with holes (sparse)');
  });

  test('an archive that has changed since it was listed', async () => {
    const changed = join(folder, 'changed.tar');
    const photo = (size: number) => tarFile('1.jpg', Buffer.alloc(size, 7));
    await writeFile(changed, Buffer.concat([photo(600), tarEnd]));
    const [found] = await all(changed);
    expect(await readBytes(found!.origin)).toEqual(Buffer.alloc(600, 7));
    await writeFile(changed, Buffer.concat([photo(599), tarEnd]));
    await expect(readBytes(found!.origin)).rejects.toThrow(
      'the archive has changed: there is no file of 600 bytes at byte 512',
    );
  });

  test('an index that is of another archive, damaged or incomplete', async () => {
    const copy = join(folder, 'stale.tar');
    await cp(tar('drawn-000000.tar'), copy);
    const { path } = await writeTarIndex(copy);
    const text = await readFile(path, 'utf8');
    const lines = text.trimEnd().split('\n');
    const cases: readonly (readonly [string, RegExp])[] = [
      [text.replace(/"bytes":\d+/, '"bytes":1'), /index is of an archive of 1 bytes/],
      [lines.slice(0, -1).join('\n'), /index is incomplete/],
      [[...lines.slice(0, 3), lines.at(-1)].join('\n'), /lists 2 photos, but says 7/],
      [text.replace('"version":1', '"version":2'), /has version 2, not 1/],
      [text.replace('[', '{'), /index is damaged/],
    ];
    for (const [content, message] of cases) {
      await writeFile(path, content);
      await expect(all(copy)).rejects.toThrow(message);
    }
  });
});

/** Another kind of entry. */
function withType(entry: Buffer, type: string): Buffer {
  const sum = Number.parseInt(entry.toString('latin1', 148, 154), 8);
  const other = sum - entry[156]! + type.charCodeAt(0);
  entry.write(type, 156);
  entry.write(other.toString(8).padStart(6, '0'), 148);
  return entry;
}

test('folders may be named as archives', async () => {
  const root = join(folder, 'named');
  for (const name of ['Amanita.tar', 'Boletus.parquet']) {
    await mkdir(join(root, name), { recursive: true });
    await writeFile(join(root, name, '1.png'), 'no picture');
  }
  const named = async (places: string | string[]) => (await all(places)).map(({ name }) => name);
  expect(await named(join(root, 'Amanita.tar'))).toEqual(['1.png']);
  expect(await named(join(root, 'Boletus.parquet'))).toEqual(['1.png']);
  expect(await named(root)).toEqual(['Amanita.tar/1.png', 'Boletus.parquet/1.png']);
  const { listed } = await listPhotos([root, join(root, 'Amanita.tar')]);
  expect(listed.candidates.map(({ className }) => className)).toContain('Boletus.parquet');
  await expect(writeTarIndex(join(root, 'Amanita.tar'))).rejects.toThrow(
    'Amanita.tar is a folder, not a file',
  );
});

describe('packed photos', () => {
  test('are the same photos, with classes, parts, groups and other columns', async () => {
    const out = join(folder, 'packed');
    const rows = samples
      .filter(({ tar }) => tar.startsWith('drawn'))
      .map((_, index) => ({
        file: `photos/${index}.v1.jpg`,
        label: index % 2 ? 'Boletus' : 'Amanita',
        split: ['train', 'val', 'test'][index % 3],
        group: `g${index}`,
        camera: 'pencil',
      }));
    const found = await all([tar('drawn-000000.tar'), tar('drawn-000001.tar')]);
    await mkdir(join(folder, 'photos'));
    for (const [index, { origin }] of found.entries())
      await writeFile(join(folder, rows[index]!.file), await readBytes(origin));
    const table = join(folder, 'table.json');
    await writeFile(table, JSON.stringify(rows));
    const packed = await packPhotos(table, out, { photos: 3 });
    expect([packed.photos, packed.classes]).toEqual([14, ['Amanita', 'Boletus']]);
    expect(packed.files.map(file => basename(file))).toEqual(
      ['test-000000', 'test-000001', 'train-000000', 'train-000001', 'validation-000000']
        .concat('validation-000001')
        .map(name => `${name}.tar`),
    );
    const [before, after] = [await openPhotos(table), await openPhotos(packed.files)];
    expect(after.classes).toEqual(before.classes);
    const facts = ({ photos }: typeof after) =>
      photos
        .map(({ sha256, label, part, group, columns }) => {
          const { camera } = columns!;
          return { sha256, label, part, group, camera };
        })
        .sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
    expect(facts(after)).toEqual(facts(before));
    expect((await all(out)).length).toBe(14);
    await expect(packPhotos(table, out)).rejects.toThrow(PackError);
  });

  test('get keys without dots, and are left out with a reason when they cannot be read', async () => {
    const photos = join(folder, 'dotted');
    for (const name of ['A/a.b.jpg', 'A/a.b.png', 'A/c']) {
      await mkdir(join(photos, 'A'), { recursive: true });
      await writeFile(join(photos, name), name);
    }
    const listed = join(folder, 'dotted.csv');
    await writeFile(listed, 'file,label\ndotted/A/a.b.jpg,A\ndotted/A/a.b.png,A\ndotted/A/c,B\n');
    const { files, photos: count } = await packPhotos(listed, join(folder, 'dotless'));
    expect(count).toBe(3);
    const found = await all([...files]);
    expect(found.map(({ name }) => name)).toEqual([
      'dotted/A/a_b.jpg',
      'dotted/A/a_b-2.png',
      'dotted/A/c.jpg',
    ]);
    expect(await readdir(join(folder, 'dotless'))).toEqual([
      'photos-000000.tar',
      'photos-000000.tar.index',
    ]);
  });

  test.each(['tar', 'parquet'] as const)('may have no classes, in %s', async format => {
    const flat = join(folder, `flat-${format}`);
    const found = await all(tar('drawn-000000.tar'));
    await mkdir(flat);
    for (const [index, { origin }] of found.entries())
      await writeFile(join(flat, `${index}.jpg`), await readBytes(origin));
    await writeFile(join(flat, 'readme.txt'), 'photos');
    const packed = await packPhotos(flat, join(folder, `classless-${format}`), { format });
    expect(packed).toMatchObject({ photos: found.length, classes: [] });
    expect(packed.findings.map(({ subject }) => subject)).toEqual(['readme.txt']);
    const bytesOf = (photos: readonly PlacedPhoto[]) =>
      Promise.all(photos.map(async ({ origin }) => sha256(await readBytes(origin))));
    const after = await all([...packed.files]);
    expect((await bytesOf(after)).sort()).toEqual((await bytesOf(found)).sort());
    expect(after.map(({ row }) => Object.keys(row ?? {}))).toEqual(found.map(() => []));
  });

  test('are not nothing', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const out = join(folder, 'of-nothing');
    await expect(packPhotos(empty, out)).rejects.toThrow(`${empty} has no photos.`);
    const lost = join(folder, 'lost');
    await mkdir(join(lost, 'Amanita'), { recursive: true });
    await writeFile(join(lost, 'Amanita/1.jpg'), 'photo');
    await writeIndexOf(lost, `${lost}.photos`);
    await rm(lost, { recursive: true });
    const failed = packPhotos(`${lost}.photos`, out);
    await expect(failed).rejects.toThrow(/no photo that can be read: Amanita\/1\.jpg: ENOENT/);
  });

  test('are not written where a file is in the way', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    for (const out of [file, join(file, 'below')])
      for (const format of ['tar', 'parquet'] as const) {
        const failed = packPhotos(tar('drawn-000000.tar'), out, { format });
        await expect(failed).rejects.toThrow(PackError);
        await expect(failed).rejects.toThrow(`${out}: it cannot be written: there is a file where`);
      }
  });

  test('options that make no sense are refused', async () => {
    const wrong = { bytes: 0 };
    await expect(packPhotos(reference, join(folder, 'x'), wrong)).rejects.toThrow(RangeError);
  });
});

test.each([
  ['ENOSPC', 'write', /^\/out: it cannot be written: the disk is full\. Make room\.$/],
  ['EROFS', 'open', /read-only/],
  ['ENOENT', 'mkdir', /the folder cannot be made there/],
])('%s in %s says where and what to do', (code, syscall, message) => {
  const cause = Object.assign(new Error(code), { code, syscall });
  const found = ofWriting('/out', cause, 'Make room.') as PackError;
  expect(found).toBeInstanceOf(PackError);
  expect([found.path, found.cause]).toEqual(['/out', cause]);
  expect(found.message).toMatch(message);
});

test.each([
  ['EACCES', 'read'],
  ['ENOENT', 'open'],
  [undefined, undefined],
])('%s in %s is no error of writing', (code, syscall) => {
  const error = Object.assign(new Error(), { code, syscall });
  expect(ofWriting('/out', error, 'Make room.')).toBe(error);
});

test('an index of an archive that is missing or damaged names the archive', async () => {
  const missing = join(folder, 'missing.tar');
  await expect(writeTarIndex(missing)).rejects.toThrow(
    new ArchiveError(`${missing} does not exist.`),
  );
  const cut = join(folder, 'cut-short.tar');
  await cp(tar('drawn-000000.tar'), cut);
  await truncate(cut, 5000);
  await expect(writeTarIndex(cut)).rejects.toThrow(
    new ArchiveError(`${cut} cannot be read as a tar archive: the archive is incomplete`),
  );
});

test('photos whose names end like facts, or whose folder is named like a description, are packed and found again', async () => {
  const photos = join(folder, 'odd-names');
  const bytes = await readFile(join(reference, '..', 'webdataset', 'drawn-000000.tar'));
  const [first] = await all(tar('drawn-000000.tar'));
  const photo = first ? await readBytes(first.origin) : bytes;
  for (const name of ['_x__/e.jpg', '__x__/e.jpg', 'a/b.json', 'a/c.cls', 'a/d.jpg', 'a/f.jfif']) {
    await mkdir(join(photos, name, '..'), { recursive: true });
    await writeFile(join(photos, name), photo);
  }
  const { files } = await packPhotos(photos, join(folder, 'odd-packed'));
  const found = await all([...files]);
  expect(found.map(({ name }) => name.replace(/\.[^.]*$/, ''))).toEqual([
    '_x__/e',
    '_x__/e-2',
    'a/b_json',
    'a/c_cls',
    'a/d',
    'a/f_jfif',
  ]);
});
