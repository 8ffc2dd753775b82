import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FileOrigin, GeneratedOrigin } from '../../src/index';
import {
  type Batch,
  batches,
  decode,
  readPixels,
  type Sample,
  type SampleError,
  type SquashedBatchOptions,
} from '../../src/node/index';
import { picture } from '../figures';
import { buildWorker } from './worker-script';

let folder: string;
let worker: URL;
let samples: (Sample & { origin: FileOrigin })[];
beforeAll(async () => {
  worker = buildWorker();
  folder = await mkdtemp(join(tmpdir(), 'shroom-batches-'));
  // Pictures of very different cost, so that threads finish out of order.
  samples = await Promise.all(
    Array.from({ length: 23 }, async (_, index) => {
      const side = index % 5 === 0 ? 900 : 12;
      const background = { r: 10 * index, g: index, b: 255 - index };
      const path = join(folder, `${index}.png`);
      await sharp({ create: { width: side, height: side, channels: 3, background } }).toFile(path);
      return { id: `photo ${index}`, label: index % 3, origin: { kind: 'file', path } as const };
    }),
  );
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(fileURLToPath(worker));
});

/** Values of 0 to 255, so that expectations can be read. */
const plain = { channelOrder: 'RGB', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;
const options = (more: Partial<SquashedBatchOptions> = {}): SquashedBatchOptions => ({
  size: [4, 6],
  normalization: plain,
  batchSize: 5,
  workers: 2,
  worker,
  ...more,
});

async function all(
  more: Partial<SquashedBatchOptions> = {},
  of: Sample[] = samples,
): Promise<Batch[]> {
  const result: Batch[] = [];
  for await (const batch of batches(of, options(more))) result.push(batch);
  return result;
}

const firstPixels = (batch: Batch) =>
  batch.samples.map((_, row) => Array.from(batch.images.slice(row * 72, row * 72 + 3)));

describe('batches', () => {
  test('fill the last batch up with copies of its last image, where that is asked for', async () => {
    const [first, ...rest] = await all({ fillLast: true, recycle: true }, samples.slice(0, 8));
    const last = rest[0]!;
    expect([first!.shape, last.shape]).toEqual(Array(2).fill([5, 4, 6, 3]));
    expect([last.samples.length, last.labels.length]).toEqual([3, 3]);
    const blues = [0, 1, 2, 3, 4].map(row => last.images[row * 72 + 2]);
    expect(blues).toEqual([250, 249, 248, 248, 248]);
    expect(last.images.slice(4 * 72)).toEqual(last.images.slice(2 * 72, 3 * 72));
  });

  test('hold the pixels and labels of every sample, in order, the last batch what is left', async () => {
    const result = await all();
    expect(result.map(({ shape }) => shape)).toEqual([
      ...Array(4).fill([5, 4, 6, 3]),
      [3, 4, 6, 3],
    ]);
    expect(result.flatMap(firstPixels)).toEqual(
      samples.map((_, index) => [10 * index, index, 255 - index]),
    );
    expect(result.flatMap(({ labels }) => Array.from(labels))).toEqual(
      samples.map(({ label }) => label),
    );
    expect(result.flatMap(batch => batch.samples)).toEqual(samples);
  });

  test('hold of JPEGs and other files the pixels that each has when it is decoded alone', async () => {
    const kinds = ['jpg', 'jpg', 'png', 'webp', 'jpg'];
    const mixed = await Promise.all(
      kinds.map(async (kind, index) => {
        const pixels = picture(40 + 30 * index, 50);
        const { data, height, width } = pixels;
        const path = join(folder, `mixed-${index}.${kind}`);
        await sharp(data, { raw: { height, width, channels: 3 } }).toFile(path);
        return { id: `${index}`, label: index, origin: { kind: 'file', path } as const };
      }),
    );
    // Views of one photo follow each other.
    const views = mixed.flatMap(each => Array.from({ length: each.label + 1 }, () => each));
    const found = await all({ batchSize: views.length }, views);
    const alone = await Promise.all(views.map(({ origin }) => decode(origin.path, [4, 6])));
    expect(Array.from(found[0]!.images)).toEqual(alone.flatMap(({ data }) => Array.from(data)));
  });

  test('are the same numbers whatever the threads, the prefetch and the timing', async () => {
    const more = {
      shuffle: true,
      seed: 3,
      epoch: 2,
      transforms: [
        { name: 'randomResizedCrop', size: [4, 6] },
        { name: 'flipAndRotate' },
        { name: 'colorJitter', brightness: 0.4, hue: 0.1 },
      ],
    } as const;
    const reference = await all({ ...more, workers: 1, prefetch: 0 });
    for (const [workers, prefetch] of [
      [2, 0],
      [3, 5],
    ] as const) {
      expect(await all({ ...more, workers, prefetch })).toEqual(reference);
    }
    expect(await all({ ...more, epoch: 3 })).not.toEqual(reference);
  });

  test('give a sample the same numbers in another batch', async () => {
    const more = { transforms: [{ name: 'flipAndRotate' }], seed: 1 } as const;
    const whole = (await all({ ...more, batchSize: 23 }))[0]!;
    const single = await all({ ...more, batchSize: 1 });
    expect(single.flatMap(({ images }) => Array.from(images))).toEqual(Array.from(whole.images));
  });

  test('give a photo the same numbers in another list, by its hash; copies of it get others', async () => {
    const more = { transforms: [{ name: 'flipAndRotate' }], seed: 1, batchSize: 1 } as const;
    const hashed = samples.map((sample, index) => ({ ...sample, sha256: `hash ${index}` }));
    const whole = (await all(more, hashed)).map(({ images }) => images);
    const fewer = (await all(more, [...hashed].reverse().slice(0, 7))).map(({ images }) => images);
    expect(fewer).toEqual([...whole].reverse().slice(0, 7));
    const jitter = { ...more, transforms: [{ name: 'colorJitter', brightness: 0.5 }] } as const;
    const [first, second] = await all(jitter, [hashed[3]!, { ...hashed[3]!, id: 'a copy' }]);
    expect(second!.images).not.toEqual(first!.images);
  });

  test('leave out a smaller last batch when asked to', async () => {
    expect((await all({ dropLast: true })).map(({ shape }) => shape[0])).toEqual([5, 5, 5, 5]);
    expect(await all({}, [])).toEqual([]);
  });

  test('make what a module generates too, and show views', async () => {
    const module = new URL('./checkers.mjs', import.meta.url).href;
    const origin: GeneratedOrigin = { kind: 'generated', module, args: { shade: 30 } };
    const view = { flipHorizontally: true, flipVertically: false, rotation: 0 };
    const drawn = [
      { id: 'as it is', label: 0, origin },
      { id: 'flipped', label: 0, origin, view },
    ];
    const [batch] = await all({ size: [16, 16] }, drawn);
    const { data: pixels } = await readPixels(origin, [16, 16]);
    expect(pixels[0]).toBe(30);
    expect(Array.from(batch!.images.slice(0, 768))).toEqual(Array.from(pixels));
    expect(Array.from(batch!.images.slice(768, 771))).toEqual(Array.from(pixels.slice(45, 48)));
  });

  test('hold the same numbers where memory is recycled, in threads that worked before', async () => {
    const fresh = (await all()).map(({ images }) => Array.from(images));
    for (let epoch = 0; epoch < 2; epoch++) {
      const recycled: number[][] = [];
      for await (const { images } of batches(samples, options({ recycle: true, prefetch: 0 }))) {
        recycled.push(Array.from(images));
      }
      expect(recycled).toEqual(fresh);
    }
  });

  test('run ahead of the consumer no further than threads and prefetch allow', async () => {
    const asked = new Set<number>();
    const watched = samples.map(({ origin, ...sample }, index) => ({
      ...sample,
      get origin() {
        asked.add(index);
        return origin;
      },
    }));
    const most: number[] = [];
    const ahead = { batchSize: 1, workers: 2, prefetch: 3 };
    for await (const _ of batches(watched, options(ahead))) most.push(asked.size);
    expect(most).toEqual(samples.map((_, index) => Math.min(23, index + 5)));
  });

  test('name the file that cannot be read, the first one in order', async () => {
    const broken = samples.map((sample, index) =>
      index === 7 || index === 8
        ? { ...sample, origin: { kind: 'file', path: fileURLToPath(import.meta.url) } as const }
        : sample,
    );
    const reading = all({ batchSize: 1 }, broken);
    await expect(reading).rejects.toThrow('photo 7: not a picture');
    await expect(reading).rejects.toMatchObject({ name: 'SampleError', sample: 'photo 7' });
  });

  test('report samples that cannot be read, whose images are zeros, and yield all others as they are', async () => {
    const nowhere = { kind: 'file', path: '/nowhere/a.jpg' } as const;
    const notPicture = { kind: 'file', path: fileURLToPath(import.meta.url) } as const;
    const origins = new Map([
      [2, notPicture],
      [3, nowhere],
      [7, nowhere],
    ]);
    const broken = samples.map((sample, index) => ({
      ...sample,
      origin: origins.get(index) ?? sample.origin,
    }));
    const errors: string[] = [];
    const onUnread = ({ sample, message }: SampleError) => errors.push(`${sample}; ${message}`);
    const whole = await all({ batchSize: 4 });
    const found = await all({ batchSize: 4, onUnread }, broken);
    expect(errors).toEqual([
      expect.stringMatching(/^photo 2; photo 2: not a picture/),
      expect.stringMatching(/^photo 3; photo 3: ENOENT/),
      expect.stringMatching(/^photo 7; photo 7: ENOENT/),
    ]);
    const numbers = whole[0]!.images.length / 4;
    for (const [index, batch] of found.entries())
      for (let row = 0; row < batch.samples.length; row++) {
        const [a, b] = [batch, whole[index]!].map(({ images }) =>
          images.slice(row * numbers, (row + 1) * numbers),
        );
        expect(a).toEqual(origins.has(4 * index + row) ? new Float32Array(numbers) : b);
      }
  });

  test('stop at once when the signal aborts, with its reason', async () => {
    const controller = new AbortController();
    let came = 0;
    const reading = (async () => {
      for await (const _ of batches(
        samples,
        options({ batchSize: 1, signal: controller.signal }),
      )) {
        if (++came === 2) controller.abort(new Error('enough'));
      }
    })();
    await expect(reading).rejects.toThrow('enough');
    expect(came).toBe(2);
    await expect(all({ signal: controller.signal })).rejects.toThrow('enough');
  });

  test('can be left in the middle and begun again', async () => {
    for (let round = 0; round < 3; round++) {
      for await (const batch of batches(samples, options())) {
        expect(batch.samples[0]).toBe(samples[0]);
        break;
      }
    }
  });

  test('take no more memory the longer they run', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => ({
      ...samples[1 + (index % 4)]!,
      id: `${index}`,
    }));
    const after: number[] = [];
    for (let epoch = 0; epoch < 3; epoch++) {
      for await (const _ of batches(many, options({ batchSize: 50, epoch, size: [64, 64] })));
      after.push(process.memoryUsage.rss() / 2 ** 20);
    }
    // The batches of two epochs together take 94 MiB.
    expect(after[2]! - after[0]!).toBeLessThan(60);
  });

  test('fail, and do not hang, where the threads cannot run', async () => {
    const nowhere = new URL('nowhere.js', import.meta.url);
    await expect(all({ worker: nowhere })).rejects.toThrow(/A thread failed: .*nowhere\.js/);
  });

  test('refuse senseless options', async () => {
    await expect(all({ workers: 0 })).rejects.toThrow(
      /workers should be a whole number, 1 or more/,
    );
    await expect(all({ batchSize: 2.5 })).rejects.toThrow(/batchSize should be/);
    await expect(all({ transforms: [{ name: 'centerCrop', size: [2, 2] }] })).rejects.toThrow(
      'photo 0: the transforms returned 2 x 2 pixels, but the batch has 4 x 6',
    );
  });
});
