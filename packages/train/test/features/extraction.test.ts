import '@tensorflow/tfjs-backend-cpu';
import { add, memory, mul, setBackend, sum, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { type ExtractionOptions, extractFeatures, type ImageBatch } from '../../src/index';

interface Sample {
  readonly name: string;
  readonly pixels: readonly [number, number];
}
const samples: readonly Sample[] = [1, 2, 3, 4, 5].map(n => ({
  name: `${n}`,
  pixels: [n, 10 * n],
}));

beforeAll(() => setBackend('cpu'));

/** Batches of two, the last one filled up with a copy. */
async function* batches(missing: readonly Sample[]): AsyncGenerator<ImageBatch<Sample>> {
  for (let start = 0; start < missing.length; start += 2) {
    const own = missing.slice(start, start + 2);
    const rows = own.length < 2 ? [own[0]!, own[0]!] : own;
    yield {
      images: Float32Array.from(rows.flatMap(row => row.pixels)),
      shape: [2, 2],
      samples: own,
    };
  }
}
/** The sum of the pixels, and their doubles; what is made on the way is to be disposed. */
const network = (images: Tensor) => [sum(add(images, 0), 1), mul(images, 2)];

class MapCache extends Map<string, Float32Array> {
  read = async (key: string) => this.get(key);
  writeAll = async (entries: readonly (readonly [string, Float32Array])[]) => {
    for (const [key, row] of entries) this.set(key, row);
  };
}

async function all(options: Partial<ExtractionOptions<Sample>> = {}, of = samples) {
  const found = [];
  for await (const each of extractFeatures(of, { batches, network, ...options })) found.push(each);
  return found;
}

test('every sample comes with its place and a row of each tensor, and nothing of what fills a batch up', async () => {
  const before = memory().numTensors;
  const found = await all();
  expect(found.map(({ sample, index }) => [sample.name, index])).toEqual([
    ...[
      ['1', 0],
      ['2', 1],
      ['3', 2],
      ['4', 3],
      ['5', 4],
    ],
  ]);
  expect(found.map(({ rows }) => rows.map(row => [...row]))).toEqual(
    [1, 2, 3, 4, 5].map(n => [[11 * n], [2 * n, 20 * n]]),
  );
  expect(memory().numTensors).toBe(before);
});

test('what the caches hold is not computed again, and comes first; the rest is in them when it comes', async () => {
  const caches = [new MapCache(), new MapCache()];
  const keyOf = ({ name }: Sample) => name;
  await all({ caches, keyOf }, samples.slice(1, 3));
  // A sample that one of the caches lacks is computed.
  caches[1]!.delete('2');
  const asked: string[] = [];
  const counted = (missing: readonly Sample[]) => {
    asked.push(...missing.map(keyOf));
    return batches(missing);
  };
  const found = [];
  for await (const each of extractFeatures(samples, { batches: counted, network, caches, keyOf })) {
    for (const [place, cache] of caches.entries())
      expect(cache.get(each.sample.name)).toEqual(each.rows[place]);
    found.push(each);
  }
  expect(asked).toEqual(['1', '2', '4', '5']);
  expect(found.map(({ index, cached }) => [index, cached])).toEqual([
    ...[
      [2, true],
      [0, false],
      [1, false],
      [3, false],
      [4, false],
    ],
  ]);
  expect(found.map(({ rows }) => rows[0]![0])).toEqual([33, 11, 22, 44, 55]);
  expect((await all({ caches, keyOf })).every(({ cached }) => cached)).toBe(true);
});

test('leaving the loop, a signal and a failure stop the work and leave no tensors', async () => {
  const before = memory().numTensors;
  for await (const { index } of extractFeatures(samples, { batches, network }))
    if (index === 1) break;
  expect(memory().numTensors).toBe(before);

  const controller = new AbortController();
  const seen: number[] = [];
  await expect(async () => {
    for await (const { index } of extractFeatures(samples, {
      batches,
      network,
      signal: controller.signal,
    })) {
      seen.push(index);
      controller.abort(new Error('enough'));
    }
  }).rejects.toThrow('enough');
  expect(seen).toEqual([0, 1]);
  expect(memory().numTensors).toBe(before);

  async function* failing(missing: readonly Sample[]) {
    for await (const batch of batches(missing)) {
      yield batch;
      throw new Error('a photo cannot be read');
    }
  }
  await expect(all({ batches: failing })).rejects.toThrow('a photo cannot be read');
  expect(memory().numTensors).toBe(before);
});

test('what cannot be is named', async () => {
  const before = memory().numTensors;
  const odd: [Partial<ExtractionOptions<Sample>>, RegExp][] = [
    [{ keyOf: ({ name }) => name }, /caches and keyOf belong together/],
    [{ caches: [new MapCache()] }, /caches and keyOf belong together/],
    [
      { caches: [new MapCache()], keyOf: ({ name }) => name },
      /gives 2 tensors, but there are 1 caches/,
    ],
    [{ network: images => sum(images) }, /gives a tensor \[\] for 2 images/],
    [{ batches: () => batches(samples.slice(0, 2)) }, /3 of 5 samples were in no batch/],
    [
      { batches: missing => batches([...missing, ...missing]) },
      /not requested or was in an earlier batch/,
    ],
    [{ network: 3 as never }, /network should be a function/],
    [{ cache: 3 } as object, /no option cache\. Did you mean caches\?/],
  ];
  for (const [options, message] of odd) await expect(all(options)).rejects.toThrow(message);
  await expect(all({}, [samples[0]!, samples[0]!])).rejects.toThrow(/A sample occurs twice/);
  expect(memory().numTensors).toBe(before);
});
