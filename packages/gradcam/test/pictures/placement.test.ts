import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { type HeatMap, resizeMap } from '../../src/index';
import { placeOnOriginal } from '../../src/pictures';
import { mapOf } from './figures';

const [height, width] = [40, 60];
const view = 24;

/** Where the map is hottest, as `[row, column]`. */
function hottest({ values, width }: HeatMap): [number, number] {
  const place = values.indexOf(Math.max(...values));
  return [Math.floor(place / width), place % width];
}

/** How bright each pixel of a view is: a map that looks at brightness alone. */
async function brightness(picture: Sharp): Promise<HeatMap> {
  const { data, info } = await picture.grayscale().raw().toBuffer({ resolveWithObject: true });
  return mapOf(Array.from(data), info.height, info.width);
}

/** A black photograph with a white square, as its file: stored as `[height, width]`, to be shown turned. */
async function fileWithSpot(top: number, left: number, orientation: number): Promise<Buffer> {
  const spot = { create: { width: 6, height: 6, channels: 3, background: 'white' } } as const;
  return sharp({ create: { width, height, channels: 3, background: 'black' } })
    .composite([{ input: await sharp(spot).png().toBuffer(), top, left }])
    .withMetadata({ orientation })
    .png()
    .toBuffer();
}

const spots = [
  ['upper left', 0, 0],
  ['upper right', 0, width - 6],
  ['lower left', height - 6, 0],
  ['lower right', height - 6, width - 6],
] as const;
const orientations = [1, 2, 3, 4, 5, 6, 7, 8];

describe('a spot in a corner of the stored photograph is found in that corner', () => {
  test.each(
    orientations.flatMap(orient => spots.map(([name, top, left]) => ({ orient, name, top, left }))),
  )('EXIF orientation $orient, $name', async ({ orient, top, left }) => {
    const file = await fileWithSpot(top, left, orient);
    const seen = sharp(file, { autoOrient: true }).resize(view, view, {
      fit: 'fill',
      kernel: 'linear',
    });
    const placed = placeOnOriginal(await brightness(seen), [height, width], {
      steps: [{ orient }, { resize: [view, view] }],
    });
    const [row, column] = hottest(placed);
    expect([placed.height, placed.width]).toEqual([height, width]);
    expect(row >= top && row < top + 6 && column >= left && column < left + 6).toBe(true);
    const center = centroid(placed);
    // Half of the spot is 3 pixels; what is missing to an exact center is the blur of the resize, cut off at the corner.
    expect(Math.abs(center.y - (top + 3))).toBeLessThan(0.7);
    expect(Math.abs(center.x - (left + 3))).toBeLessThan(0.7);
  });

  test.each(spots)('a center crop after a resize, just inside it: %s', async (_, top, left) => {
    // 40 x 60 resized to 32 x 48, of which the middle 24 x 24 is seen: rows 5 to 35, columns 15 to 45 of the original.
    const inside = { top: top === 0 ? 6 : 28, left: left === 0 ? 16 : 38 };
    const file = await fileWithSpot(inside.top, inside.left, 1);
    const seen = sharp(
      await sharp(file).resize(48, 32, { fit: 'fill', kernel: 'linear' }).png().toBuffer(),
    ).extract({
      left: 12,
      top: 4,
      width: 24,
      height: 24,
    });
    const placed = placeOnOriginal(await brightness(seen), [height, width], {
      steps: [{ resize: [32, 48] }, { crop: { top: 4, left: 12, height: 24, width: 24 } }],
      unseen: -1,
    });
    const [row, column] = hottest(placed);
    expect(row >= inside.top && row < inside.top + 6).toBe(true);
    expect(column >= inside.left && column < inside.left + 6).toBe(true);
    const value = (y: number, x: number) => placed.values[y * width + x]!;
    expect([value(4, 30), value(20, 14), value(35, 30), value(20, 45)]).toEqual([-1, -1, -1, -1]);
    expect(
      [value(5, 30), value(20, 15), value(34, 30), value(20, 44)].every(each => each >= 0),
    ).toBe(true);
  });

  test.each(spots)('a letterbox, %s', async (_, top, left) => {
    const file = await fileWithSpot(top, left, 1);
    // 40 x 60 to 24 x 36, then 6 rows above and below: a square of 36. The border is brighter than the photograph's ground.
    const seen = sharp(
      await sharp(file).resize(36, 24, { fit: 'fill', kernel: 'linear' }).png().toBuffer(),
    ).extend({
      top: 6,
      bottom: 6,
      background: '#101010',
    });
    const placed = placeOnOriginal(await brightness(seen), [height, width], {
      steps: [{ resize: [24, 36] }, { pad: { top: 6, bottom: 6, left: 0, right: 0 } }],
    });
    const [row, column] = hottest(placed);
    expect(row >= top && row < top + 6 && column >= left && column < left + 6).toBe(true);
  });
});

/** The mean place of what is above half of the largest value. */
function centroid({ values, width }: HeatMap): { x: number; y: number } {
  const most = Math.max(...values);
  let [x, y, count] = [0, 0, 0];
  values.forEach((value, place) => {
    if (value < most / 2) return;
    x += (place % width) + 0.5;
    y += Math.floor(place / width) + 0.5;
    count += 1;
  });
  return { x: x / count, y: y / count };
}

describe('a map on the original', () => {
  const map = mapOf([0, 1, 2, 3, 4, 5], 2, 3);

  test('equals resizeMap if the photograph was only resized', () => {
    const placed = placeOnOriginal(map, [7, 5], { steps: [{ resize: [20, 30] }] });
    const resized = resizeMap(map, [7, 5]);
    placed.values.forEach((value, i) => {
      expect(value).toBeCloseTo(resized.values[i]!, 5);
    });
  });

  test('rotated by a quarter is the map rotated back, position by position', () => {
    // Stored 3 x 2; orientation 6 shows it as 2 x 3, its left column on top, turned clockwise.
    const placed = placeOnOriginal(map, [3, 2], { steps: [{ orient: 6 }] });
    expect(Array.from(placed.values)).toEqual([2, 5, 1, 4, 0, 3]);
  });

  test('does not confuse a border with a cropped region', () => {
    const steps = [
      { crop: { top: 0, left: 2, height: 4, width: 2 } },
      { pad: { top: 0, bottom: 0, left: 2, right: 0 } },
    ];
    const placed = placeOnOriginal(mapOf([9, 9, 1, 1], 1, 4), [4, 4], { steps, unseen: -1 });
    expect(Array.from(placed.values.slice(0, 4))).toEqual([-1, -1, 1, 1]);
  });

  test('says which step is not possible', () => {
    expect(() => placeOnOriginal(map, [4, 4], { steps: [{ orient: 9 }] })).toThrow(
      /1 to 8; it is 9/,
    );
    const crop = { top: 0, left: 3, height: 4, width: 2 };
    expect(() => placeOnOriginal(map, [4, 4], { steps: [{ crop }] })).toThrow(
      /within 4 x 4 pixels/,
    );
    expect(() => placeOnOriginal(map, [4, 4], { steps: [{ resize: [0, 4] }] })).toThrow(/above 0/);
  });
});
