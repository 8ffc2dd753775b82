import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resizeMap } from '../../src/index';
import { contoursOf, drawContours, type Point } from '../../src/pictures';
import { formula } from '../formula';
import '@tensorflow/tfjs-backend-cpu';
import { figures, mapOf, plain } from './figures';

/** Shoelace formula; above 0 where what is enclosed lies on the left hand, y pointing down. */
const area = (ring: readonly Point[]): number =>
  -ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    return sum + x * nextY - nextX * y;
  }, 0) / 2;

describe('a contour', () => {
  test('of a ramp lies where the ramp has the level, exact to half a pixel, and runs along the edge', () => {
    const [contour] = contoursOf(mapOf([0, 1, 2, 3, 0, 1, 2, 3], 2, 4), [1.5]);
    expect(contour!.rings).toHaveLength(1);
    const [ring] = contour!.rings;
    // 1 lies at x = 1.5 and 2 at 2.5; the picture is 4 wide and 2 high.
    expect(Math.min(...ring!.map(([x]) => x))).toBe(2);
    expect(Math.max(...ring!.map(([x]) => x))).toBe(4);
    expect(area(ring!)).toBeCloseTo(4, 12);
  });

  test('of one high position among nine is a square around the center', () => {
    const [contour] = contoursOf(mapOf([0, 0, 0, 0, 1, 0, 0, 0, 0], 3, 3), [0.5]);
    const [ring] = contour!.rings;
    expect([...ring!].map(String).sort()).toEqual(['1,1.5', '1.5,1', '1.5,2', '2,1.5']);
    expect(area(ring!)).toBeCloseTo(0.5, 12);
  });

  test('has a hole that runs the other way', () => {
    const [contour] = contoursOf(mapOf([1, 1, 1, 1, 0, 1, 1, 1, 1], 3, 3), [0.5]);
    expect(contour!.rings.map(area).sort((a, b) => a - b)).toEqual([-0.5, 9]);
  });

  test('joins a saddle if its middle is above the level, and separates it otherwise', () => {
    const saddle = (middle: number) => contoursOf(mapOf([1, 0, 0, 1], 2, 2), [middle])[0]!;
    expect(saddle(0.4).rings).toHaveLength(1);
    expect(saddle(0.6).rings).toHaveLength(2);
  });

  test.each(figures.contours)('at $level encloses the area that contourpy finds', figure => {
    const values = Array.from(formula([7, 9], 12).dataSync());
    const [contour] = contoursOf(resizeMap(mapOf(values, 7, 9), [28, 36]), [figure.level]);
    const total = contour!.rings.reduce((sum, ring) => sum + area(ring), 0);
    expect(Math.abs(total - figure.area)).toBeLessThan(1e-3);
  });

  test('is closed, inside the picture, and encloses less at a higher level, whatever the map', () => {
    const maps = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(maps, values => {
        const areas = contoursOf(mapOf(values, 4, 5), [-3, -1, 0, 0.5, 2, 3.5]).map(({ rings }) => {
          for (const ring of rings) {
            expect(ring.length).toBeGreaterThanOrEqual(3);
            for (const [x, y] of ring) {
              expect(x >= 0 && x <= 5 && y >= 0 && y <= 4).toBe(true);
            }
          }
          return rings.reduce((sum, ring) => sum + area(ring), 0);
        });
        expect(areas[0]).toBeCloseTo(20, 9);
        expect(areas.at(-1)).toBe(0);
        areas.slice(1).forEach((each, i) => {
          expect(each).toBeLessThanOrEqual(areas[i]! + 1e-9);
        });
      }),
    );
  });

  test('at a level that is no number is refused', () => {
    expect(() => contoursOf(mapOf([1], 1, 1), [Number.NaN])).toThrow(/finite number; it is NaN/);
  });
});

test('contours are drawn where they are, and nowhere else', () => {
  const map = resizeMap(mapOf([0, 1], 1, 2), [9, 12]);
  const black = plain(9, 12, [0, 0, 0]);
  const { data } = drawContours(black, contoursOf(map, [0.5]), { color: [10, 200, 30], width: 2 });
  const at = (row: number, column: number) =>
    Array.from(data.slice((row * 12 + column) * 3).slice(0, 3));
  // The line runs down the middle, at x = 6: half of it in either column.
  expect(at(4, 5)).toEqual([10, 200, 30]);
  expect(at(4, 6)).toEqual([10, 200, 30]);
  expect(at(4, 2)).toEqual([0, 0, 0]);
  expect(at(4, 8)).toEqual([0, 0, 0]);
  expect(black.data.every(value => value === 0)).toBe(true);
});
