import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { check, decode, openFolder, PhotoSetError, readPixels } from '../../src/node/index';

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
    expect(reasons['A/cut.jpg']).toMatch(/^cut short or damaged/);
    expect(reasons['A/huge.svg']).toMatch(/megapixels/);
    expect(reasons['stray.jpg']).toMatch(/beside the class folders/);
    expect(await readdir(root, { recursive: true })).toEqual(before);
    expect(await readFile(join(root, 'A/cut.jpg'))).toEqual(jpeg.subarray(0, jpeg.length / 2));
  });

  test('converts unusual pictures and lists them', async () => {
    await fill('A', 6);
    await fill('B', 6);
    const rgb16 = await picture().toColourspace('rgb16').png().toBuffer();
    const frames = Buffer.alloc(20 * 40 * 3, 128).fill(0, 0, 20 * 20 * 3);
    const animated = sharp(frames, { raw: { width: 20, height: 40, channels: 3, pageHeight: 20 } });
    await put('B/cmyk.jpg', await picture().toColourspace('cmyk').jpeg().toBuffer());
    await put('B/deep.png', rgb16);
    await put('B/grey.png', await picture().greyscale().toColourspace('b-w').png().toBuffer());
    await put('B/clear.png', await picture().ensureAlpha(0.5).png().toBuffer());
    await put('B/turned.jpg', await picture().withMetadata({ orientation: 6 }).jpeg().toBuffer());
    await put('B/moving.gif', await animated.gif().toBuffer());
    const { photos, findings } = await openFolder(root);
    expect(photos).toHaveLength(18);
    expect(Object.fromEntries(findings.map(({ subject, reason }) => [subject, reason]))).toEqual({
      'B/cmyk.jpg': 'CMYK colours',
      'B/deep.png': 'more than 8 bits a channel',
      'B/grey.png': 'grey',
      'B/clear.png': 'alpha channel ignored',
      'B/turned.jpg': 'rotated by EXIF',
      'B/moving.gif': 'alpha channel ignored, animated, first of 2 frames',
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
    expect(findings).toMatchObject([{ kind: 'classes merged', subject: 'amanita' }]);
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
    await expect(openFolder(join(root, 'nowhere'))).rejects.toThrow(/there is no such folder/);
    await expect(openFolder(root)).rejects.toThrow(/no usable class.*\n.*The folder is empty/s);
    await fill('A', 6);
    await expect(openFolder(root)).rejects.toThrow(PhotoSetError);
    await expect(openFolder(root)).rejects.toThrow(/one usable class \('A'\).*A\/|Amanita/s);
    await expect(openFolder(join(root, 'A/0.png'))).rejects.toThrow(/is a file/);
  });

  test('reports progress and can be cancelled', async () => {
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

  test('makes grey pictures grey in all channels', async () => {
    const file = await picture().greyscale().toColourspace('b-w').png().toBuffer();
    const { data } = await decode(file, [2, 2]);
    expect(data[0]).toBe(data[1]);
    expect(data[0]).toBe(data[2]);
  });

  test('names what is wrong with a file', async () => {
    await expect(check(new Uint8Array())).rejects.toThrow('empty file');
    await expect(decode(Buffer.from('hello'), [2, 2])).rejects.toThrow('not a picture');
  });
});
