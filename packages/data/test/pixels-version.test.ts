import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { augment, pixelsVersion } from '../src/index';
import { decode } from '../src/node/index';
import { jpeg } from './figures';

/** What each version makes of the reference photo. A change of the hash needs a new version: caches rely on it. */
const hashes: Record<string, string> = {
  'pillow-bilinear-2': '7f9ee971744951974b3ba3a6de3a8ae7c69dacdf996fb4ee0972de984bb8b149',
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
