import { describe, expect, test } from 'vitest';
import { augment, normalize, plainView, randomStream, randomView, shuffled } from '../src/index';

const gray = (rows: number[][]) => ({
  data: Uint8Array.from(rows.flat().flatMap(value => [value, value + 1, value + 2])),
  height: rows.length,
  width: rows[0]!.length,
});
const reds = (pixels: { data: Uint8Array }) =>
  Array.from(pixels.data).filter((_, index) => index % 3 === 0);
const picture = gray([
  [10, 20, 30],
  [40, 50, 60],
]);

describe('a view', () => {
  test('is the photo itself when plain', () => {
    expect(augment(picture, plainView).data).toEqual(picture.data);
  });

  test('flips both ways and keeps the channels together', () => {
    const across = augment(picture, { ...plainView, flipHorizontally: true });
    expect(reds(across)).toEqual([30, 20, 10, 60, 50, 40]);
    expect(Array.from(across.data.slice(0, 3))).toEqual([30, 31, 32]);
    expect(reds(augment(picture, { ...plainView, flipVertically: true }))).toEqual([
      40, 50, 60, 10, 20, 30,
    ]);
  });

  test('rotates counter-clockwise about the center', () => {
    const square = gray([
      [1, 2],
      [3, 4],
    ]);
    expect(reds(augment(square, { ...plainView, rotation: 90 }))).toEqual([2, 4, 1, 3]);
  });

  test('is black where nothing falls', () => {
    const white = { data: new Uint8Array(20 * 20 * 3).fill(255), height: 20, width: 20 };
    const { data } = augment(white, { ...plainView, rotation: 15 });
    expect(data[0]).toBe(0);
    expect(data[(10 * 20 + 10) * 3]).toBe(255);
  });

  test('is drawn within the bounds of the reference, and the same again for the same names', () => {
    const views = Array.from({ length: 500 }, (_, index) =>
      randomView(randomStream('view', index)),
    );
    expect(views.every(({ rotation }) => Math.abs(rotation) <= 15)).toBe(true);
    expect(Math.max(...views.map(({ rotation }) => rotation))).toBeGreaterThan(14);
    const flipped = views.filter(({ flipHorizontally }) => flipHorizontally).length;
    expect(flipped).toBeGreaterThan(200);
    expect(flipped).toBeLessThan(300);
    expect(randomView(randomStream('view', 7))).toEqual(views[7]);
  });
});

describe('normalization', () => {
  test('scales, subtracts and divides, in the order of channels that is asked for', () => {
    const pixel = { data: Uint8Array.from([255, 51, 0]), height: 1, width: 1 };
    const target = new Float32Array(4);
    normalize(
      pixel,
      { channelOrder: 'RGB', scale: 1 / 255, mean: [0.5, 0.2, 0], std: [0.5, 0.1, 1] },
      target,
      1,
    );
    expect(Array.from(target)).toEqual([0, 1, 0, 0]);
    normalize(pixel, { channelOrder: 'BGR', scale: 1, mean: [1, 1, 1], std: [1, 1, 1] }, target, 1);
    expect(Array.from(target)).toEqual([0, -1, 50, 254]);
  });
});

test('shuffling keeps every item', () => {
  const items = Array.from({ length: 50 }, (_, index) => index);
  const mixed = shuffled(items, randomStream('test'));
  expect(mixed).not.toEqual(items);
  expect([...mixed].sort((a, b) => a - b)).toEqual(items);
});
