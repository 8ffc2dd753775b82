import { describe, expect, test } from 'vitest';
import { colorize, inferno, normalizeMap, overlay, resizeMap, sideBySide } from '../src/index';

const map = (values: number[], height: number, width: number) => ({
  values: Float32Array.from(values),
  height,
  width,
});

describe('a heat map', () => {
  test('is resized with pixel centers at half pixels, edges held', () => {
    const wide = resizeMap(map([0, 1], 1, 2), [1, 4]);
    expect(Array.from(wide.values)).toEqual([0, 0.25, 0.75, 1]);
  });

  test('keeps a hot corner in its corner', () => {
    const { values } = resizeMap(map([1, 0, 0, 0, 0, 0, 0, 0, 0], 3, 3), [30, 30]);
    const hottest = values.indexOf(Math.max(...values));
    expect([Math.floor(hottest / 30), hottest % 30]).toEqual([0, 0]);
    expect(values[4 * 30 + 4]).toBeCloseTo(1, 5);
    expect(values[15 * 30 + 15]).toBe(0);
  });

  test('is divided by its maximum, and stays flat when it is flat', () => {
    expect(Array.from(normalizeMap(map([0, 1, 4], 1, 3)).values)).toEqual([0, 0.25, 1]);
    expect(Array.from(normalizeMap(map([0, 0], 1, 2)).values)).toEqual([0, 0]);
  });

  test('is drawn from the darkest to the brightest color', () => {
    const { data } = colorize(map([0, 1], 1, 2));
    expect(Array.from(data)).toEqual([...inferno.slice(0, 3), ...inferno.slice(-3)]);
    const brightness = Array.from(
      { length: 256 },
      (_, i) => inferno[3 * i]! * 0.3 + inferno[3 * i + 1]! * 0.6 + inferno[3 * i + 2]! * 0.1,
    );
    brightness.slice(1).forEach((value, index) => {
      expect(value).toBeGreaterThan(brightness[index]! - 0.5);
    });
  });
});

describe('an overlay', () => {
  const photo = { data: Uint8Array.from([100, 150, 200, 10, 20, 30]), height: 1, width: 2 };

  test('leaves the photo clear where the map is 0', () => {
    const { data } = overlay(photo, map([0, 1], 1, 2), { opacity: 1 });
    expect(Array.from(data)).toEqual([100, 150, 200, ...inferno.slice(-3)]);
  });

  test('takes the RGBA pixels of a canvas, with white behind transparent pixels', () => {
    const canvas = Uint8ClampedArray.from([100, 150, 200, 255, 10, 20, 30, 51]);
    const rgba = { data: canvas, height: 1, width: 2 };
    const clear = overlay(rgba, map([0, 0], 1, 2));
    // A fifth of 10 and four fifths of 255.
    expect(Array.from(clear.data)).toEqual([100, 150, 200, 206, 208, 210]);
    const opaque = { ...rgba, data: Uint8Array.from([100, 150, 200, 255, 10, 20, 30, 255]) };
    const heat = map([0.5, 1], 1, 2);
    expect(overlay(opaque, heat)).toEqual(overlay(photo, heat));
    expect(sideBySide([opaque, photo])).toEqual(sideBySide([photo, photo]));
  });

  test('refuses pixels of another form', () => {
    const wrong = (data: unknown) => () =>
      overlay({ data, height: 1, width: 2 } as never, map([0, 1], 1, 2));
    expect(wrong(new Uint8Array(2))).toThrow(/6 bytes of RGB, or 8 of RGBA.*it has 2 values/);
    expect(wrong(new Float32Array(6))).toThrow(/6 values in Float32Array/);
    expect(wrong([1, 2, 3, 4, 5, 6])).toThrow(/6 values in Array/);
  });

  test('refuses a map that was not normalized', () => {
    expect(() => overlay(photo, map([0, 3], 1, 2))).toThrow(/has the value 3\. normalizeMap/);
    expect(() => overlay(photo, map([0, Number.NaN], 1, 2))).toThrow(RangeError);
    expect(overlay(photo, map([-2, 1], 1, 2)).data).toEqual(overlay(photo, map([0, 1], 1, 2)).data);
  });

  test('names the sizes that differ', () => {
    expect(() => overlay(photo, map([0], 1, 1))).toThrow(/map is 1 x 1, the photo 1 x 2/);
  });

  test('stands beside the photo', () => {
    const pair = sideBySide([photo, photo], 1);
    expect(pair.width).toBe(5);
    expect(Array.from(pair.data.slice(6, 9))).toEqual([255, 255, 255]);
  });
});
