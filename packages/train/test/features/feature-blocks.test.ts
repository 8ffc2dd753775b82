import { expect, test } from 'vitest';
import { type FeatureSet, featureBlocks } from '../../src/index';

const set: FeatureSet = {
  labels: Int32Array.from({ length: 10 }, (_, photo) => photo % 3),
  values: Float32Array.from({ length: 10 * 3 * 2 }, (_, place) => place),
  ...{ views: 3, channels: 2 },
};

async function all(photos: number, views: number) {
  const rows: number[] = [];
  const labels: number[] = [];
  for await (const block of featureBlocks(set, { photos, views })) {
    rows.push(...block.rows);
    labels.push(...block.labels);
  }
  return { rows, labels };
}

test('blocks of any size have each view of each photo once, in order', async () => {
  for (const photos of [1, 4, 10, 1000]) {
    const { rows, labels } = await all(photos, 3);
    expect(rows).toEqual(Array.from(set.values));
    expect(labels).toEqual(Array.from({ length: 30 }, (_, row) => Math.floor(row / 3) % 3));
  }
  const { rows, labels } = await all(4, 1);
  expect(rows).toEqual(Array.from(set.values).filter((_, place) => place % 6 < 2));
  expect(labels).toEqual(Array.from(set.labels));
});

test('what cannot be read is refused by name', async () => {
  const first = (options: object, features = set) => featureBlocks(features, options).next();
  await expect(first({ views: 4 })).rejects.toThrow('views should be a whole number, 1 to 3');
  await expect(first({ photos: 0 })).rejects.toThrow('photos should be');
  await expect(first({ rows: 3 })).rejects.toThrow('no option rows');
  const values = set.values.map((value, place) => (place === 13 ? Number.NaN : value));
  await expect(first({}, { ...set, values })).rejects.toThrow('row 2, view 0');
  const stop = AbortSignal.abort(new Error('stopped'));
  await expect(first({ signal: stop })).rejects.toThrow('stopped');
});
