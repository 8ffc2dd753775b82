import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { augment, pixelsVersion } from '../src/index';
import { decode, decodeWhole } from '../src/node/index';
import { jpeg, picture } from './figures';
import { chunk, exif, withChunks, withSegments, xmpSegment } from './pictures/chunks';

/** What each version makes of these files. A change of the hash needs a new version: caches rely on it. */
const hashes: Record<string, string> = {
  'pillow-bilinear-5': '75db47c4ef1b09f901bc012919d85bd815ff377c558add5321d41eefeab1feae',
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
  const raw = { height: 20, width: 30, channels: 3 } as const;
  const shown = sharp(picture(20, 30).data, { raw });
  const clear = await shown.clone().ensureAlpha(0.4).png().toBuffer();
  const turned = withChunks(await shown.clone().png().toBuffer(), chunk('eXIf', exif(6)));
  const byXmp = withSegments(await shown.clone().jpeg().toBuffer(), xmpSegment(6));
  for (const file of [clear, turned, byXmp]) hash.update((await decodeWhole(file)).data);
  expect(hash.digest('hex')).toBe(hashes[pixelsVersion]);
});
