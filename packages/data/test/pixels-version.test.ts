import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { augment, pixelsVersion } from '../src/index';
import { decode } from '../src/node/index';
import { jpeg } from './figures';

/** What each version makes of the reference photo. A change of the hash needs a new version: caches rely on it. */
const hashes: Record<string, string> = {
  'pillow-bilinear-3': '450eec6c0f5829d83389569cc8234dedc3ac41956c4113a9f66e05f6d441af08',
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
