import { expect, test } from 'vitest';
import { noise, ringNoise } from '../src/noise';
import { type Solid, sheet } from '../src/solid';
import { see } from '../src/visibility';

const view = { across: [1, 0, 0, 0], down: [0, 1, 0, 0], near: [0, 0, 1, 0] } as const;

/** An upright rectangle of samples at a depth. */
function rectangle(left: number, top: number, width: number, height: number, z: number): Solid {
  return sheet(
    'cap',
    () => {},
    { rows: 1, columns: 1 },
    (u, v) => [left + v * width, top + u * height, z],
  );
}

test('a sample belongs to a solid when its center does', () => {
  const { solid } = see([rectangle(0.6, 1, 2, 1, 0)], view, 4);
  expect(Array.from(solid, index => index + 1)).toEqual([
    ...[0, 0, 0, 0],
    ...[0, 1, 1, 0],
    ...[0, 0, 0, 0],
    ...[0, 0, 0, 0],
  ]);
});

test('the nearer solid hides the farther, in whichever order they come', () => {
  const far = rectangle(0, 0, 3, 1, 0);
  const near = rectangle(1, 0, 3, 1, 5);
  expect(Array.from(see([far, near], view, 4).solid.slice(0, 4))).toEqual([0, 1, 1, 1]);
  expect(Array.from(see([near, far], view, 4).solid.slice(0, 4))).toEqual([1, 0, 0, 0]);
});

test('what is below the floor is in the ground', () => {
  const post = rectangle(0, -2, 1, 4, 0);
  const { solid } = see([post], { ...view, down: [0, 1, 0, 2] }, 4, () => 0);
  expect([0, 4, 8, 12].map(at => solid[at])).toEqual([-1, -1, 0, 0]);
});

test('noise round a circle closes', () => {
  expect(ringNoise(0.999999, 7, 3.3, 5)).toBeCloseTo(ringNoise(0, 7, 3.3, 5), 4);
  expect(noise(3, 4, 1)).toBe(noise(3.0, 4, 1));
});
