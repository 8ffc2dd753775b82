import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { augment, pixelsVersion } from '../src/index';
import { decode } from '../src/node/index';
import { jpeg } from './figures';

/** What each version makes of the reference photo. A change of the hash needs a new version: caches rely on it. */
const hashes: Record<string, string> = {
  'pillow-bilinear-3': '290fca25aa0f5c71127abd2f78a02f20b242284da68f9e1da87fcb808e9e7a6c',
};

test('the version of the pixels changes when they do', async () => {
  const hash = createHash('sha256');
  const view = { flipHorizontally: true, flipVertically: false, rotation: 7.5 };
  for (const size of [
    [60, 44],
    [299, 299],
    [500, 700],
  ] as const) {
    const pixels = await decode(jpeg, size);
    hash.update(pixels.data).update(augment(pixels, view).data);
  }
  expect(hash.digest('hex')).toBe(hashes[pixelsVersion]);
});
