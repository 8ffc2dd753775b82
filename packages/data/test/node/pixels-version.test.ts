import sharp from 'sharp';
import { expect, test } from 'vitest';
import { pixelsVersion } from '../../src/node/index';

test('the version of the pixels names the arithmetic and the decoder', () => {
  expect(pixelsVersion).toMatch(/^\d+, libvips \d+\.\d+\.\d+$/);
  expect(pixelsVersion).toContain(sharp.versions.vips);
});
