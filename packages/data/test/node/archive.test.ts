import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ArchiveOrigin } from '../../src/index';
import {
  ArchiveError,
  decode,
  listArchive,
  openArchive,
  PhotoSetError,
  readPixels,
  unpackArchive,
} from '../../src/node/index';
import { type ZipMember, zip } from './zip';

let folder: string;
let path: string;
let pictures: Buffer[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-zip-'));
  path = join(folder, 'photos.zip');
  pictures = await Promise.all(
    Array.from({ length: 14 }, (_, index) => {
      const background = { r: 15 * index, g: 80, b: 200 };
      return sharp({ create: { width: 9, height: 7, channels: 3, background } })
        .png()
        .toBuffer();
    }),
  );
});
afterEach(() => rm(folder, { recursive: true }));

const members = (prefix = ''): ZipMember[] =>
  pictures.map((bytes, index) => ({
    name: `${prefix}${index % 2 === 0 ? 'Amanita' : 'Röhrling 茸'}/${index}.png`,
    bytes,
    compressed: index % 3 > 0,
  }));
const write = (content: readonly ZipMember[]) => writeFile(path, zip(content));
const text = (content: string) => Buffer.from(content);

describe('an archive of photos', () => {
  test('is read where it lies, each photo as if it were a file', async () => {
    await write(members());
    const { classes, photos, findings } = await openArchive(path);
    expect(classes).toEqual(['Amanita', 'Röhrling 茸']);
    expect(photos).toHaveLength(14);
    expect(findings).toEqual([]);
    const photo = photos.find(({ id }) => id === 'Röhrling 茸/7.png')!;
    expect(await readPixels(photo.origin, [4, 4])).toEqual(await decode(pictures[7]!, [4, 4]));
    expect(await readdir(folder)).toEqual(['photos.zip']);
  });

  test('that has fewer bytes than an entry should have is incomplete, whatever the size is', async () => {
    await write(members());
    const { photos } = await openArchive(path);
    const origin = photos[0]!.origin as ArchiveOrigin;
    const long = { ...origin, compressedSize: 2 ** 50 };
    await expect(readPixels(long, [4, 4])).rejects.toThrow('the archive is incomplete');
  });

  test('may wrap its class folders, and hold what macOS adds', async () => {
    await write([
      ...members('some set/data/'),
      { name: '__MACOSX/some set/._x', bytes: text('x') },
      { name: 'some set/data/', bytes: text('') },
      { name: 'some set/data/readme.txt', bytes: text('hello') },
    ]);
    const { classes, findings } = await openArchive(path);
    expect(classes).toEqual(['Amanita', 'Röhrling 茸']);
    expect(findings).toEqual([
      {
        kind: 'system files',
        subject: '1 system file',
        reason: 'hidden files or files of the system, left out: __MACOSX',
      },
      {
        kind: 'quarantined',
        subject: 'some set/data/readme.txt',
        reason: 'lies beside the class folders, not in one',
      },
    ]);
  });

  test('puts what is damaged into quarantine, and names it', async () => {
    const [first, second, ...rest] = members();
    await write([
      { ...first!, says: { crc32: 1 } },
      { ...second!, says: { size: 4 } },
      ...rest,
      { name: 'Amanita/x.txt', bytes: text('x') },
    ]);
    const { photos, findings } = await openArchive(path);
    expect(photos).toHaveLength(12);
    expect(findings.map(({ subject, reason }) => `${subject}: ${reason.slice(0, 46)}`)).toEqual([
      'Amanita/0.png: the entry is damaged: its checksum is wrong',
      'Amanita/x.txt: not a picture',
      'Röhrling 茸/1.png: the entry cannot be unpacked (Cannot create a ',
    ]);
  });

  test('is used without its links, devices and encrypted entries, which are named', async () => {
    await write([
      ...members(),
      { name: 'Amanita/link', bytes: text('/etc'), mode: 0o120777 },
      { name: 'Amanita/device', bytes: text(''), mode: 0o060777 },
      { name: 'Amanita/secret.png', bytes: pictures[0]!, encrypted: true },
    ]);
    const { photos, findings } = await openArchive(path);
    expect(photos).toHaveLength(14);
    expect(findings.map(({ subject, reason }) => `${subject} ${reason}`)).toEqual([
      'Amanita/link is a link or a device in the archive; links are not followed',
      'Amanita/device is a link or a device in the archive; links are not followed',
      'Amanita/secret.png is encrypted',
    ]);
    await expect(unpackArchive(path, join(folder, 'out'))).rejects.toThrow(
      /'Amanita\/link' is a link/,
    );
  });

  test('may have names with backslashes, in code page 437, and in UTF-8 that does not say so', async () => {
    const [first, ...others] = members();
    const named = others.map(member => ({ ...member, flags: 0 }));
    await write([
      { ...first!, name: 'Amanita\\deep\\0.png' },
      ...named,
      // 0x84 is ä in code page 437, and no UTF-8.
      { name: Buffer.from('R\x84tsel/1.png', 'latin1'), bytes: pictures[1]!, flags: 0 },
    ]);
    const { classes, photos } = await openArchive(path, { leastPerClass: 1 });
    expect(classes).toEqual(['Amanita', 'Rätsel', 'Röhrling 茸']);
    expect(photos.map(({ id }) => id)).toContain('Amanita/deep/0.png');
  });

  const refused: readonly [string, ZipMember, RegExp][] = [
    ['goes upwards', { name: '../a.png', bytes: text('x') }, /^\.\.\/a\.png leads out/],
    ['is absolute', { name: '/etc/passwd', bytes: text('x') }, /^etc\/passwd leads out/],
    ['has a drive', { name: 'C:/a.png', bytes: text('x') }, /^C:\/a\.png leads out/],
    ['goes upwards by backslashes', { name: '..\\a.png', bytes: text('x') }, /a\.png leads out/],
    [
      'explodes',
      { name: 'A/b', bytes: Buffer.alloc(2 ** 22) },
      /^A\/b would unpack to \d+ times its stored size; at most 200 times/,
    ],
  ];
  test.each(refused)(
    'is used without an entry that %s, and not unpacked',
    async (_, member, message) => {
      await write([...members(), member]);
      const { photos, findings } = await openArchive(path);
      expect(photos).toHaveLength(14);
      expect(findings).toHaveLength(1);
      expect(`${findings[0]!.subject} ${findings[0]!.reason}`).toMatch(message);
      await expect(unpackArchive(path, join(folder, 'out'))).rejects.toThrow(ArchiveError);
      expect(await readdir(join(folder, 'out'))).toEqual([]);
    },
  );

  test('is used without a name that it has twice for other bytes; the same bytes count once', async () => {
    const [first, second] = members();
    await write([...members(), first!, { ...second!, bytes: pictures[3]! }]);
    const { photos, findings } = await openArchive(path);
    expect(photos).toHaveLength(13);
    expect(photos.map(({ id }) => id)).not.toContain(second!.name);
    expect(findings.map(({ kind, subject }) => `${kind}: ${subject}`)).toEqual([
      'listed twice: Amanita/0.png',
      'quarantined: Röhrling 茸/1.png',
    ]);
    await expect(unpackArchive(path, join(folder, 'out'))).rejects.toThrow(/occurs several times/);
    await write([...members(), first!]);
    await unpackArchive(path, join(folder, 'out'));
    expect(await readFile(join(folder, 'out/Amanita/0.png'))).toEqual(pictures[0]);
  });

  test('may hold names that begin with two dots', async () => {
    await write(members('..set/'));
    await unpackArchive(path, join(folder, 'dots'));
    expect(await readFile(join(folder, 'dots/..set/Amanita/0.png'))).toEqual(pictures[0]);
  });

  test('may begin its names with "./", and list folders without a "/"', async () => {
    await write([
      ...members('./set//./'),
      { name: 'set/empty', bytes: text(''), mode: 0o040755 },
      { name: './', bytes: text('') },
    ]);
    const { photos, findings } = await openArchive(path);
    expect(photos).toHaveLength(14);
    expect(photos[0]!.id).toBe('Amanita/0.png');
    expect(findings).toEqual([]);
    const [first] = photos;
    expect(await readPixels(first!.origin, [4, 4])).toEqual(await decode(pictures[0]!, [4, 4]));
  });

  test('is used without what is packed in another way', async () => {
    await write([...members(), { name: 'Amanita/x.png', bytes: pictures[0]!, method: 14 }]);
    const { photos, findings } = await openArchive(path);
    expect(photos).toHaveLength(14);
    expect(findings).toEqual([
      {
        kind: 'quarantined',
        subject: 'Amanita/x.png',
        reason: 'is packed by LZMA; only Deflate is read',
      },
    ]);
  });

  test('is refused beyond its limits, when it is cut, no archive, or missing', async () => {
    await write(members());
    await expect(listArchive(path, { entries: 13 })).rejects.toThrow(/14 entries; at most 13/);
    const { files, findings } = await listArchive(path, { entryBytes: 50 });
    expect(files).toEqual([]);
    expect(findings[0]!.reason).toMatch(/at most 50 are allowed/);
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, whole.length - 40));
    await expect(openArchive(path)).rejects.toThrow(/cannot be read as a zip archive/);
    await writeFile(path, 'hello');
    await expect(openArchive(path)).rejects.toThrow(ArchiveError);
    await expect(openArchive(join(folder, 'none.zip'))).rejects.toThrow(PhotoSetError);
  });

  test('never unpacks more than its directory promised', async () => {
    const promised = { name: 'A/b', bytes: Buffer.alloc(2 ** 24), says: { size: 1000 } };
    await write([promised]);
    const { files } = await listArchive(path);
    const [file] = files;
    await expect(readPixels(file!.origin, [1, 1])).rejects.toThrow(/cannot be unpacked/);
  });

  test('is unpacked to the byte, and nothing is written over', async () => {
    await write(members('data/'));
    const out = join(folder, 'out');
    await unpackArchive(path, out);
    expect(await readFile(join(out, 'data/Röhrling 茸/7.png'))).toEqual(pictures[7]);
    await expect(unpackArchive(path, out)).rejects.toThrow(/EEXIST/);
  });
});
