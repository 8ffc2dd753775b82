import {
  type FileHandle,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cachedFeatures, FeatureCache } from '../../src/node/index';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-features-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the feature cache', () => {
  const features = Float32Array.from([1, 2, 3, 4]);

  test('gives back what was written, also in a later run', async () => {
    const first = await FeatureCache.open(folder, 'backbone', 4);
    expect(await first.read('photo 1')).toBeUndefined();
    await first.write('photo 1', features);
    expect(await first.read('photo 1')).toEqual(features);
    await first.close();
    const second = await FeatureCache.open(folder, 'backbone', 4);
    expect(await second.read('photo 1')).toEqual(features);
    await second.close();
    const other = await FeatureCache.open(folder, 'another backbone', 4);
    expect(await other.read('photo 1')).toBeUndefined();
    await other.close();
  });

  test('takes writes that begin before others end', async () => {
    const cache = await FeatureCache.open(folder, 'b', 4);
    const photos = Array.from({ length: 30 }, (_, photo) => `photo ${photo}`);
    const of = (photo: string) =>
      Float32Array.from([1, 2, 3, photo.length + Number(photo.slice(6))]);
    await Promise.all(photos.map(photo => cache.write(photo, of(photo))));
    for (const photo of photos) expect(await cache.read(photo)).toEqual(of(photo));
    await cache.close();
  });

  test('a write that a full disk cut short costs that record alone', async () => {
    const cache = await FeatureCache.open(folder, 'b', 4);
    await cache.write('a', features);
    const file = await open(join(folder, 'probe'), 'w');
    const write = vi.spyOn(Object.getPrototypeOf(file), 'write');
    await file.close();
    write.mockImplementationOnce(async function (this: FileHandle, bytes: Uint8Array) {
      await this.appendFile(bytes.subarray(0, 7));
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    } as never);
    await expect(cache.write('b', features)).rejects.toThrow(/no space/);
    write.mockRestore();
    await cache.write('c', features);
    expect(await cache.read('a')).toEqual(features);
    expect(await cache.read('b')).toBeUndefined();
    expect(await cache.read('c')).toEqual(features);
    await cache.close();
  });

  test('forgets records that were cut short or damaged, and goes on', async () => {
    const first = await FeatureCache.open(folder, 'b', 4);
    await first.write('a', features);
    await first.write('b', features);
    await first.close();
    const path = join(folder, (await readdir(folder))[0]!);
    const bytes = await readFile(path);
    bytes[25]! ^= 1;
    await writeFile(path, bytes.subarray(0, bytes.length - 3));
    const second = await FeatureCache.open(folder, 'b', 4);
    expect(await second.read('a')).toBeUndefined();
    expect(await second.read('b')).toBeUndefined();
    await second.write('b', features);
    expect(await second.read('b')).toEqual(features);
    await second.close();
  });

  test('never takes the record of another process for its own', async () => {
    const [one, two] = await Promise.all([
      FeatureCache.open(folder, 'b', 4),
      FeatureCache.open(folder, 'b', 4),
    ]);
    await one!.write('a', features);
    const negative = features.map(value => -value);
    await two!.write('c', negative);
    expect(await two!.read('c')).toEqual(negative);
    expect(await two!.read('a')).toEqual(features);
    expect(await one!.read('a')).toEqual(features);
    await Promise.all([one!.close(), two!.close()]);
    const later = await FeatureCache.open(folder, 'b', 4);
    expect((await later.read('c'))![0]).toBe(-1);
    await later.close();
  });

  test('refuses features of another length', async () => {
    const cache = await FeatureCache.open(folder, 'b', 4);
    await expect(cache.write('a', new Float32Array(3))).rejects.toThrow(
      /should be 4 numbers, not 3/,
    );
    await cache.close();
  });

  test.each(['float64', 'Float16', '', 16])('refuses the precision %j', async precision => {
    const options = { precision: precision as 'float16' };
    await expect(FeatureCache.open(folder, 'b', 4, options)).rejects.toThrow(
      /precision should be 'float32' or 'float16', not/,
    );
    await expect(FeatureCache.open(folder, 'b', [2, Number.NaN])).rejects.toThrow(
      /shape should be/,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test('keeps feature maps in half the room, to three digits', async () => {
    const map = Float32Array.from({ length: 2 * 3 * 4 }, (_, index) => 10 * Math.sin(index));
    const options = { precision: 'float16' } as const;
    const cache = await FeatureCache.open(folder, 'b', [2, 3, 4], options);
    await cache.writeAll([
      ['a', map],
      ['b', map.map(value => -value)],
    ]);
    const back = (await cache.read('a'))!;
    map.forEach((value, index) => {
      expect(Math.abs(back[index]! / value - 1 || 0)).toBeLessThan(2 ** -11);
    });
    expect((await cache.read('b'))![5]).toBe(-back[5]!);
    await cache.close();
    const path = join(folder, (await readdir(folder))[0]!);
    expect((await stat(path)).size).toBe(2 * (16 + 4 + 2 * 24));
  });

  test('gives batches of views, from disk where memory is short', async () => {
    const cache = await FeatureCache.open(folder, 'b', [1, 2, 2]);
    const keyOf = (photo: number, view: number) => `${photo}/${view}`;
    for (const photo of [0, 1])
      for (const view of [0, 1])
        await cache.write(keyOf(photo, view), Float32Array.of(photo, view, photo, view));
    const source = cachedFeatures(cache, {
      labels: Int32Array.of(0, 1, 0),
      views: 2,
      shape: [1, 2, 2],
      keyOf,
      memory: 16,
    });
    for (let time = 0; time < 2; time++)
      expect(Array.from(await source.read([1, 0], [0, 1]))).toEqual([1, 0, 1, 0, 0, 1, 0, 1]);
    const wrong = { labels: Int32Array.of(0), views: 1, shape: [1, 2, 2], keyOf };
    expect(() => cachedFeatures(cache, { ...wrong, memory: Number.NaN })).toThrow(/memory should/);
    await expect(source.read([2], [0])).rejects.toThrow(
      /photo 2, view 0, are missing from the cache/,
    );
    await cache.close();
  });
});
