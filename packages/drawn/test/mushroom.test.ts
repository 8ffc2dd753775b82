import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { drawMushroom, genera } from '../src/index';

/** Share of the picture that the mask covers. */
function share(mask: Uint8Array): number {
  return mask.reduce((sum, value) => sum + value, 0) / mask.length;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

describe.each(genera)('%s', genus => {
  const pictures = Array.from({ length: 10 }, (_, seed) => drawMushroom(genus, { seed, size: 96 }));

  test('cap and stem are disjoint parts of the mushroom', () => {
    for (const { mushroom, cap, stem } of pictures.map(picture => picture.masks)) {
      expect(mushroom.filter((m, i) => m > 1 || cap[i]! + stem[i]! > m)).toHaveLength(0);
    }
  });

  test('the mushroom fills between 3 and 70 % of the picture, and the cap is always seen', () => {
    for (const { mushroom, cap } of pictures.map(picture => picture.masks)) {
      expect(share(mushroom)).toBeGreaterThan(0.03);
      expect(share(mushroom)).toBeLessThan(0.7);
      expect(share(cap)).toBeGreaterThan(0.01);
    }
  });

  test('nearly all of a mushroom is cap or stem; the rest is drops of milk and shared pixels', () => {
    for (const { mushroom, cap, stem } of pictures.map(picture => picture.masks)) {
      expect(share(cap) + share(stem)).toBeGreaterThan(0.95 * share(mushroom));
    }
  });

  test('the same seed draws the same bytes, another seed another picture', () => {
    expect(drawMushroom(genus, { seed: 3, size: 96 })).toEqual(pictures[3]);
    expect(pictures[4]!.pixels).not.toEqual(pictures[3]!.pixels);
  });
});

test.each([64, 224, 299, 512])('a picture of %i pixels a side', size => {
  const { width, height, pixels, masks } = drawMushroom('Amanita', { seed: 5, size });
  expect([width, height, pixels.length]).toEqual([size, size, 3 * size * size]);
  for (const mask of Object.values(masks)) expect(mask).toHaveLength(size * size);
});

test('a mask of twice the size covers the same places', () => {
  const small = drawMushroom('Boletus', { seed: 2, size: 100 }).masks.mushroom;
  const large = drawMushroom('Boletus', { seed: 2, size: 200 }).masks.mushroom;
  let same = 0;
  for (let y = 0; y < 100; y++) {
    for (let x = 0; x < 100; x++) {
      if (small[y * 100 + x] === large[2 * y * 200 + 2 * x]) same++;
    }
  }
  expect(same / 10_000).toBeGreaterThan(0.97);
});

test('random streams of one seed differ between genera', () => {
  const digests = genera.map(genus => digest(drawMushroom(genus, { seed: 1, size: 64 }).pixels));
  expect(new Set(digests).size).toBe(genera.length);
});

test('the bytes are those of every platform', () => {
  const drawn = (['Amanita', 'Boletus', 'Lactarius'] as const).map(genus => {
    const { pixels, masks } = drawMushroom(genus, { seed: 7, size: 128 });
    return [genus, digest(pixels), digest(masks.mushroom), digest(masks.cap), digest(masks.stem)];
  });
  expect(drawn).toMatchInlineSnapshot(`
    [
      [
        "Amanita",
        "3c7d537be112b948",
        "452abba6a3f85ac1",
        "4fb0e487ce87c90d",
        "67d43376a8b56578",
      ],
      [
        "Boletus",
        "326c0f44db506a7f",
        "32f86ddf12720270",
        "aaedf8ae2d734175",
        "c8061d55cf317cfb",
      ],
      [
        "Lactarius",
        "011ccbe4be44779c",
        "de66daa0142f179a",
        "2592b29a3adc358c",
        "60adfd1fbcb6a174",
      ],
    ]
  `);
});
