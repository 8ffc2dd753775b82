import { describe, expect, test } from 'vitest';
import { drawMushroom, genera } from '../../src/index.js';

/** Pixels of the mask that are set. */
function area(mask: Uint8Array): number {
  return mask.reduce((sum, value) => sum + value, 0);
}

describe.each(genera)('%s', genus => {
  test.each([64, 224, 299, 320, 512])('is a picture of the asked size, %i', size => {
    const { width, height, pixels, masks } = drawMushroom(genus, { seed: 5, size });
    expect([width, height, pixels.length]).toEqual([size, size, 3 * size * size]);
    for (const mask of Object.values(masks)) expect(mask.length).toBe(size * size);
  });

  test('cap and stem are disjoint parts of the mushroom', () => {
    for (let seed = 0; seed < 8; seed++) {
      const { mushroom, cap, stem } = drawMushroom(genus, { seed, size: 128 }).masks;
      const strays = mushroom.filter((m, i) => m > 1 || cap[i]! + stem[i]! > m).length;
      expect(strays).toBe(0);
    }
  });

  test('the mushroom fills between 3 and 70 % of the picture, the cap is always seen', () => {
    for (let seed = 0; seed < 12; seed++) {
      const { mushroom, cap } = drawMushroom(genus, { seed, size: 96 }).masks;
      const share = area(mushroom) / mushroom.length;
      expect(share).toBeGreaterThan(0.03);
      expect(share).toBeLessThan(0.7);
      expect(area(cap)).toBeGreaterThan(0);
    }
  });

  test('the same seed draws the same bytes, another seed another picture', () => {
    const once = drawMushroom(genus, { seed: 3, size: 96 });
    expect(drawMushroom(genus, { seed: 3, size: 96 })).toEqual(once);
    expect(drawMushroom(genus, { seed: 4, size: 96 }).pixels).not.toEqual(once.pixels);
  });
});
