import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  check,
  decode,
  openFolder,
  openPhotos,
  PhotoSetError,
  readPixels,
} from '../../src/node/index';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shroom data '));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

/** A picture whose left half is red and whose right half is blue, each a little different from the next. */
function picture(salt = 0, width = 40, height = 30) {
  const data = Buffer.alloc(width * height * 3);
  for (let place = 0; place < width * height; place++) {
    data.set(place % width < width / 2 ? [255 - salt, 0, 0] : [0, 0, 255 - salt], place * 3);
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function fill(folder: string, count: number, salt = 0): Promise<void> {
  for (let index = 0; index < count; index++)
    await put(
      `${folder}/${index}.png`,
      await picture(salt + index)
        .png()
        .toBuffer(),
    );
}

describe('a folder of photos', () => {
  test('has a class for each folder, in a fixed order, with paths in other scripts and with spaces', async () => {
    await fill('Röhrlinge und мухоморы 菌', 6);
    await fill('Amanita', 5, 10);
    await put('Amanita/sub folder/茸 1.jpg', await picture().jpeg().toBuffer());
    const { classes, photos, findings } = await openFolder(root);
    expect(classes).toEqual(['Amanita', 'Röhrlinge und мухоморы 菌']);
    expect(photos).toHaveLength(12);
    expect(photos.map(({ id }) => id)).toContain('Amanita/sub folder/茸 1.jpg');
    expect(new Set(photos.map(({ sha256 }) => sha256)).size).toBe(12);
    expect(findings).toEqual([]);
  });

  test('has two classes or more, or as many as are asked for', async () => {
    await fill('Amanita', 6);
    await expect(openFolder(root)).rejects.toThrow(/one usable class \('Amanita'\)/);
    const { classes, photos } = await openFolder(root, { leastClasses: 1 });
    expect([classes, photos.length]).toEqual([['Amanita'], 6]);
    await rm(join(root, 'Amanita'), { recursive: true });
    await expect(openFolder(root, { leastClasses: 1 })).rejects.toThrow(PhotoSetError);
  });

  test('quarantines what cannot be used and says why, and changes no file', async () => {
    await fill('A', 6);
    await fill('B', 6);
    const jpeg = await picture(0, 400, 300).jpeg().toBuffer();
    const png = await picture(0, 400, 300).png().toBuffer();
    await put('A/empty.jpg', '');
    await put('A/notes.txt', 'not a picture');
    await put('A/page.jpg', '<html><body>404</body></html>');
    await put('A/cut.jpg', jpeg.subarray(0, jpeg.length / 2));
    await put('A/cut.png', png.subarray(0, png.length - 30));
    await put(
      'A/huge.svg',
      '<svg xmlns="http://www.w3.org/2000/svg" width="30000" height="30000"/>',
    );
    await put('stray.jpg', jpeg);
    const before = await readdir(root, { recursive: true });
    const { photos, findings } = await openFolder(root);
    expect(photos).toHaveLength(12);
    expect(findings.map(({ kind, subject }) => `${kind}: ${subject}`).sort()).toEqual(
      [
        'A/cut.jpg',
        'A/cut.png',
        'A/empty.jpg',
        'A/huge.svg',
        'A/notes.txt',
        'A/page.jpg',
        'stray.jpg',
      ].map(subject => `quarantined: ${subject}`),
    );
    const reasons = Object.fromEntries(findings.map(({ subject, reason }) => [subject, reason]));
    expect(reasons['A/empty.jpg']).toBe('empty file');
    expect(reasons['A/notes.txt']).toBe('not a picture');
    expect(reasons['A/cut.jpg']).toBe('incomplete or damaged');
    expect(reasons['A/cut.png']).toBe('incomplete or damaged');
    expect(reasons['A/huge.svg']).toMatch(/^an SVG drawing/);
    expect(reasons['stray.jpg']).toMatch(/beside the class folders/);
    expect(await readdir(root, { recursive: true })).toEqual(before);
    expect(await readFile(join(root, 'A/cut.jpg'))).toEqual(jpeg.subarray(0, jpeg.length / 2));
  });

  test('gives a file the same reason whatever is read beside it', async () => {
    await fill('A', 6);
    await fill('B', 6);
    const jpeg = await picture(0, 400, 300).jpeg().toBuffer();
    const cut = jpeg.subarray(0, jpeg.length / 2);
    for (let index = 0; index < 24; index++) await put(`A/cut-${index}.jpg`, cut);
    const { findings } = await openFolder(root);
    expect(findings.map(({ reason }) => reason)).toEqual(Array(24).fill('incomplete or damaged'));
  });

  test('converts unusual pictures and lists them', async () => {
    await fill('A', 6);
    await fill('B', 6);
    const rgb16 = await picture().toColorspace('rgb16').png().toBuffer();
    const frames = Buffer.alloc(20 * 40 * 3, 128).fill(0, 0, 20 * 20 * 3);
    const animated = sharp(frames, { raw: { width: 20, height: 40, channels: 3, pageHeight: 20 } });
    await put('B/cmyk.jpg', await picture().toColorspace('cmyk').jpeg().toBuffer());
    await put('B/deep.png', rgb16);
    await put('B/gray.png', await picture().grayscale().toColorspace('b-w').png().toBuffer());
    await put('B/clear.png', await picture().ensureAlpha(0.5).png().toBuffer());
    await put('B/turned.jpg', await picture().withMetadata({ orientation: 6 }).jpeg().toBuffer());
    await put('B/moving.gif', await animated.gif().toBuffer());
    const { photos, findings } = await openFolder(root);
    expect(photos).toHaveLength(18);
    expect(Object.fromEntries(findings.map(({ subject, reason }) => [subject, reason]))).toEqual({
      'B/cmyk.jpg': 'CMYK colors',
      'B/deep.png': 'more than 8 bits a channel',
      'B/gray.png': 'gray',
      'B/clear.png': 'transparent, shown on the background',
      'B/turned.jpg': 'rotated by EXIF',
      'B/moving.gif': 'animated, first of 2 frames',
    });
    for (const { origin } of photos) {
      const { data, height, width } = await readPixels(origin, [8, 8]);
      expect([data.length, height, width]).toEqual([192, 8, 8]);
    }
  });

  test('takes folders that differ in letter case alone for one class', async () => {
    await fill('Amanita', 4);
    await fill('amanita', 3, 10);
    await fill('Boletus', 6, 20);
    const { classes, photos, findings } = await openFolder(root);
    expect(classes).toEqual(['Amanita', 'Boletus']);
    expect(photos.filter(({ label }) => label === 0)).toHaveLength(7);
    expect(findings.map(({ kind, subject }) => `${kind}: ${subject}`)).toEqual([
      'classes merged: amanita',
      'not portable: amanita',
    ]);
  });

  test('never takes hidden or system folders for classes, and says so in one line', async () => {
    await fill('A', 6);
    await fill('B', 6);
    const folders = ['.ipynb_checkpoints', '.thumbs', '@eaDir', '__MACOSX', '$RECYCLE.BIN', '.git'];
    for (const [index, name] of folders.entries()) await fill(name, 6, 20 + index);
    await put('A/.hidden.png', await picture().png().toBuffer());
    await put('A/Thumbs.db', 'x');
    await put('.DS_Store', 'x');
    const { classes, photos, findings } = await openFolder(root);
    expect(classes).toEqual(['A', 'B']);
    expect(photos).toHaveLength(12);
    expect(findings).toMatchObject([{ kind: 'system files', subject: '9 system files' }]);
    expect(findings[0]!.reason).toMatch(/\.ipynb_checkpoints.*Thumbs\.db/);
  });

  test('follows links to folders and photos, and no circle', async () => {
    await fill('A', 6);
    await fill('elsewhere/B', 6, 10);
    const set = join(root, 'set');
    await mkdir(set);
    await symlink(join(root, 'A'), join(set, 'A'));
    await symlink(join(root, 'elsewhere/B'), join(set, 'B'));
    await symlink(join(root, 'elsewhere/B/0.png'), join(root, 'A/linked.png'));
    await symlink(join(root, 'nowhere'), join(root, 'A/broken.png'));
    await symlink(set, join(root, 'A/circle'));
    const { classes, photos, findings } = await openFolder(set);
    expect(classes).toEqual(['A', 'B']);
    expect(photos).toHaveLength(13);
    expect(findings.map(({ subject, reason }) => `${subject}: ${reason}`).sort()).toEqual([
      'A/broken.png: a link to nothing',
      'A/circle: a link to a folder that contains it',
    ]);
  });

  test('may be wrapped in folders', async () => {
    await fill('download/photos/A', 6);
    await fill('download/photos/B', 6, 10);
    await put('download/readme.txt', 'hello');
    const { classes, photos } = await openFolder(root);
    expect(classes).toEqual(['A', 'B']);
    expect(photos[0]!.id).toBe('A/0.png');
  });

  test('has the classes of images/ where only texts and tables lie beside', async () => {
    await fill('CUB/images/001.A', 6);
    await fill('CUB/images/002.B', 6, 10);
    for (const name of ['attributes/a.txt', 'parts/parts.txt', 'classes.txt', 'README'])
      await put(`CUB/${name}`, 'x');
    const { classes, photos, findings } = await openFolder(root);
    expect(classes).toEqual(['001.A', '002.B']);
    expect(photos).toHaveLength(12);
    expect(findings.map(({ subject }) => subject).sort()).toEqual([
      'CUB/README',
      'CUB/attributes/a.txt',
      'CUB/classes.txt',
      'CUB/parts/parts.txt',
    ]);
  });

  test('says of photos above the class folders that they are left out', async () => {
    await fill('a/b/A', 6);
    await fill('a/b/B', 6, 10);
    await put('a/stray.png', await picture(50).png().toBuffer());
    const { photos, findings } = await openFolder(root);
    expect(photos).toHaveLength(12);
    expect(findings).toMatchObject([{ kind: 'quarantined', subject: 'a/stray.png' }]);
  });

  test('says which classes look alike', async () => {
    for (const [index, name] of ['1', '01', '1.0', 'fly agaric', 'fly_agaric', '2'].entries())
      await fill(name, 6, 10 * index);
    const { classes, findings } = await openFolder(root);
    expect(classes).toHaveLength(6);
    expect(findings.map(({ kind, subject }) => `${kind}: ${subject}`)).toEqual([
      'classes alike: 1',
      'classes alike: 1.0',
      'classes alike: fly_agaric',
    ]);
  });

  test('may be named like a table or an archive', async () => {
    for (const name of ['set.zip', 'set.csv']) {
      await fill(`${name}/A`, 6);
      await fill(`${name}/B`, 6, 10);
      expect((await openPhotos(join(root, name))).photos).toHaveLength(12);
    }
  });

  test('names what other disks cannot hold', async () => {
    await fill('A', 6);
    await fill('B', 6);
    await put('A/10:30.png', await picture(30).png().toBuffer());
    await put('A/aux.png', await picture(31).png().toBuffer());
    await put('B/X.png', await picture(32).png().toBuffer());
    await put('B/x.png', await picture(33).png().toBuffer());
    await put('B/e\u0301.png', await picture(34).png().toBuffer());
    await put('B/\u00e9.png', await picture(35).png().toBuffer());
    const { photos, findings } = await openFolder(root);
    expect(photos).toHaveLength(18);
    expect(findings.map(({ kind, subject }) => `${kind}: ${subject}`)).toEqual([
      'not portable: A/10:30.png',
      'not portable: A/aux.png',
      'not portable: B/x.png',
      'not portable: B/\u00e9.png',
    ]);
  });

  test('leaves out a class that the split has too few photos of', async () => {
    await fill('A', 6);
    await fill('B', 6);
    await fill('C', 3);
    await mkdir(join(root, 'D'));
    const { classes, findings } = await openFolder(root);
    expect(classes).toEqual(['A', 'B']);
    expect(findings.map(({ subject, reason }) => `${subject}: ${reason.split(';')[0]}`)).toEqual([
      'D: 0 usable photos',
      'C: 3 usable photos',
    ]);
  });

  test('is refused when it is missing, a file, empty, or has one class', async () => {
    await expect(openFolder(join(root, 'nowhere'))).rejects.toThrow(/does not exist/);
    await expect(openFolder(root)).rejects.toThrow(/no usable class.*\n.*The folder is empty/s);
    await fill('A', 6);
    await expect(openFolder(root)).rejects.toThrow(PhotoSetError);
    await expect(openFolder(root)).rejects.not.toThrow(/is empty/);
    await expect(openFolder(root)).rejects.toThrow(/one usable class \('A'\).*A\/|Amanita/s);
    await expect(openFolder(join(root, 'A/0.png'))).rejects.toThrow(/is a file/);
  });

  test('reports progress and can be canceled', async () => {
    await fill('A', 6);
    await fill('B', 6);
    const seen: number[] = [];
    await openFolder(root, { onProgress: ({ done, total }) => seen.push(done / total) });
    expect(seen).toHaveLength(12);
    expect(seen.at(-1)).toBe(1);
    await expect(
      openFolder(root, { signal: AbortSignal.abort(new Error('stop')) }),
    ).rejects.toThrow('stop');
  });
});

describe('a folder that comes with a split', () => {
  const parts = (photos: readonly { readonly part?: string }[]) => {
    const counts: Record<string, number> = {};
    for (const { part = 'none' } of photos) counts[part] = (counts[part] ?? 0) + 1;
    return counts;
  };

  test.each([
    ['train', 'val', 'test'],
    ['training', 'validation', 'testing'],
    ['Train', 'VALID', 'eval'],
  ])('has its parts in %s, %s and %s, and their folders for classes', async (...names) => {
    for (const [index, name] of names.entries()) {
      await fill(`${name}/A`, 6 - index, 10 * index);
      await fill(`${name}/B`, 6 - index, 40 + 10 * index);
    }
    const { classes, photos, findings } = await openFolder(root);
    expect(classes).toEqual(['A', 'B']);
    expect(parts(photos)).toEqual({ train: 12, validation: 10, test: 8 });
    expect(photos.map(({ id }) => id)).toContain(`${names[0]}/A/0.png`);
    expect(findings).toMatchObject([
      { kind: 'split given', subject: [...names].sort().join(', ') },
    ]);
  });

  test.each([
    ['train', 'holdout'],
    ['fold1', 'fold2'],
    ['Training', 'Validierung'],
  ])('is doubtful where %s and %s hold the same folders', async (...names) => {
    for (const [index, name] of names.entries()) {
      await fill(`${name}/A`, 6, 10 * index);
      await fill(`${name}/B`, 6, 40 + 10 * index);
    }
    const { classes, findings } = await openFolder(root);
    expect(classes).toEqual([...names].sort());
    expect(findings).toMatchObject([
      {
        kind: 'split doubtful',
        subject: classes.join(', '),
        reason: expect.stringMatching(/each contains the same folders, 'A', 'B'/),
      },
    ]);
    expect((await openFolder(root, { givenSplit: 'ignore' })).findings).toEqual([]);
  });

  test('says once that two of its folders differ in letter case alone', async () => {
    for (const [index, name] of ['train', 'Train', 'test'].entries()) {
      await fill(`${name}/A`, 6, 10 * index);
      await fill(`${name}/B`, 6, 40 + 10 * index);
    }
    const { photos, findings } = await openFolder(root);
    expect(parts(photos)).toEqual({ train: 24, test: 12 });
    expect(findings.map(({ kind, subject }) => `${kind}: ${subject}`)).toEqual([
      'split given: Train, test, train',
      'not portable: train',
    ]);
    expect(findings[1]!.reason).toMatch(/^differs from 'Train'.*on many disks both are one folder/);
  });

  test('may have the parts below the classes, and wrap them', async () => {
    for (const name of ['A', 'B']) {
      await fill(`set/${name}/train`, 6, name === 'A' ? 0 : 20);
      await fill(`set/${name}/test`, 2, name === 'A' ? 10 : 30);
    }
    const { classes, photos } = await openFolder(root);
    expect(classes).toEqual(['A', 'B']);
    expect(parts(photos)).toEqual({ train: 12, test: 4 });
  });

  test('leaves out an unlabeled test, and says so', async () => {
    await fill('train/A', 6);
    await fill('train/B', 6, 10);
    await fill('test', 5, 20);
    const { classes, photos, findings } = await openFolder(root);
    expect(classes).toEqual(['A', 'B']);
    expect(parts(photos)).toEqual({ train: 12 });
    expect(findings).toMatchObject([
      { kind: 'split given', subject: 'train' },
      { kind: 'quarantined', subject: 'test: 5 files', reason: expect.stringMatching(/no labels/) },
    ]);
  });

  test.each([
    ['a folder of its own in each part', 'train/train/', 'test/test/'],
    ['other names', 'training_set/', 'test_set/'],
    ['a word before and a folder within', 'seg_train/seg_train/', 'seg_test/seg_test/'],
    ['folders of images', 'train/train_images/', 'test/test_images/'],
    ['years', 'train2017/', 'val2017/'],
  ])('may have %s', async (_, train, test) => {
    for (const [index, name] of ['A', 'B'].entries()) {
      await fill(`${train}${name}`, 6, 40 * index);
      await fill(`${test}${name}`, 3, 40 * index + 20);
    }
    const { classes, photos, findings } = await openFolder(root);
    expect(classes).toEqual(['A', 'B']);
    expect(Object.values(parts(photos)).sort()).toEqual([12, 6]);
    expect(findings).toMatchObject([{ kind: 'split given' }]);
  });

  test('has classes with folders in them also where a part has but one class', async () => {
    await fill('train/A/monday', 6);
    await fill('train/B/monday', 6, 20);
    await fill('test/A/monday', 3, 40);
    await fill('test/A/tuesday', 3, 50);
    const { classes, photos, findings } = await openFolder(root);
    expect(classes).toEqual(['A', 'B']);
    expect(parts(photos)).toEqual({ train: 12, test: 6 });
    expect(findings).toMatchObject([
      { kind: 'split given' },
      { kind: 'split doubtful', subject: 'B', reason: expect.stringMatching(/no photos in test/) },
    ]);
  });

  test.each(['test/unknown', 'test/test', 'val/C'])(
    'leaves out what training has nothing of, in %s',
    async unlabeled => {
      await fill('train/train/A', 6);
      await fill('train/train/B', 6, 10);
      await fill(unlabeled, 7, 30);
      const { classes, photos, findings } = await openFolder(root);
      expect(classes).toEqual(['A', 'B']);
      expect(photos).toHaveLength(12);
      const left = findings.filter(({ kind }) => kind === 'class left out');
      expect(left).toMatchObject([{ reason: expect.stringMatching(/none of them in training/) }]);
    },
  );

  test('is not hidden by annotations, nor by a folder of unlabeled photos', async () => {
    for (const [index, name] of ['A', 'B'].entries()) {
      await fill(`train/images/${name}`, 6, 40 * index);
      await fill(`val/images/${name}`, 3, 40 * index + 20);
      await put(`train/labels/${name}.txt`, 'x');
    }
    await put('annotations/all.json', '{}');
    await put('meta/classes.txt', 'A');
    await fill('unlabeled', 7, 100);
    const { classes, photos, findings } = await openFolder(root);
    expect(classes).toEqual(['A', 'B']);
    expect(parts(photos)).toEqual({ train: 12, validation: 6 });
    expect(findings.map(({ kind, subject }) => `${kind}: ${subject}`)).toEqual([
      'class left out: annotations',
      'class left out: meta',
      'split given: train, val',
      'quarantined: train: 2 files',
      'quarantined: unlabeled: 7 files',
    ]);
  });

  test('below each class is not hidden by a text, and doubtful where a class lacks it', async () => {
    for (const [index, name] of ['A', 'B'].entries()) {
      await fill(`${name}/train`, 6, 40 * index);
      await fill(`${name}/test`, 3, 40 * index + 20);
    }
    await put('A/readme.txt', 'hello');
    expect(parts((await openFolder(root)).photos)).toEqual({ train: 12, test: 6 });
    await fill('C', 6, 100);
    const { photos, findings } = await openFolder(root);
    expect(parts(photos)).toEqual({ none: 24 });
    expect(findings).toContainEqual({
      kind: 'split doubtful',
      subject: 'test, train',
      reason: "named after parts of a split, but not taken as one, since 'C' beside them is not",
    });
  });

  test('keeps copies of what is tested on out of training', async () => {
    await fill('train/A', 6);
    await fill('train/B', 6, 10);
    await fill('test/A', 2, 20);
    await fill('test/B', 2, 30);
    await put('train/A/leak.png', await picture(20).png().toBuffer());
    const { photos, findings } = await openFolder(root);
    expect(parts(photos)).toEqual({ train: 12, test: 4 });
    expect(findings.filter(({ kind }) => kind === 'leak')).toEqual([
      {
        kind: 'leak',
        subject: 'train/A/leak.png',
        reason: 'the same bytes as test/A/0.png in test; this copy is left out of train',
      },
    ]);
  });

  test('says so where a photo has one label in training and another in the test', async () => {
    await fill('train/A', 6);
    await fill('train/B', 6, 10);
    await fill('test/A', 2, 20);
    await fill('test/B', 2, 30);
    await put('train/B/other.png', await picture(20).png().toBuffer());
    const { findings } = await openFolder(root);
    expect(findings.filter(({ kind }) => kind === 'leak')).toEqual([
      {
        kind: 'leak',
        subject: 'train/B/other.png',
        reason:
          'the same bytes as test/A/0.png in test; this copy is left out of train. ' +
          "One is labeled 'B' and the other 'A': check which label is right",
      },
    ]);
  });

  test('is a set of classes on request, where a folder has another name, and never without labels', async () => {
    await fill('train/A', 6);
    await fill('test/A', 6, 10);
    const ignored = await openFolder(root, { givenSplit: 'ignore' });
    expect(ignored.classes).toEqual(['test', 'train']);
    await fill('other/A', 6, 20);
    const doubtful = await openFolder(root);
    expect(doubtful.classes).toEqual(['other', 'test', 'train']);
    expect(doubtful.findings).toMatchObject([{ kind: 'split doubtful', subject: 'test, train' }]);
    await expect(openFolder(root, { givenSplit: 'require' })).rejects.toThrow(/has no split/);
    await rm(join(root, 'other'), { recursive: true });
    await rm(join(root, 'train/A'), { recursive: true });
    await fill('train', 6);
    await expect(openFolder(root)).rejects.toThrow(/the classes are unknown/);
  });
});

describe('decoding', () => {
  test('turns a picture upright by its EXIF orientation', async () => {
    // Orientation 6: shown rotated by 90 degrees clockwise, so what was left is on top.
    const file = await picture().withMetadata({ orientation: 6 }).jpeg({ quality: 100 }).toBuffer();
    const { data } = await decode(file, [10, 10]);
    const top = data.slice(5 * 3, 5 * 3 + 3);
    const bottom = data.slice((9 * 10 + 5) * 3, (9 * 10 + 5) * 3 + 3);
    expect(top[0]).toBeGreaterThan(200);
    expect(bottom[2]).toBeGreaterThan(200);
  });

  test('squashes to the size, averaging what falls together', async () => {
    const { data } = await decode(await picture(0, 40, 30).png().toBuffer(), [1, 1]);
    expect(Math.abs(data[0]! - 127)).toBeLessThan(4);
    expect(data[1]).toBe(0);
  });

  test('makes gray pictures gray in all channels', async () => {
    const file = await picture().grayscale().toColorspace('b-w').png().toBuffer();
    const { data } = await decode(file, [2, 2]);
    expect(data[0]).toBe(data[1]);
    expect(data[0]).toBe(data[2]);
  });

  test('names what is wrong with a file', async () => {
    await expect(check(new Uint8Array())).rejects.toThrow('empty file');
    await expect(decode(Buffer.from('hello'), [2, 2])).rejects.toThrow('not a picture');
  });
});
