import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { nearestPlaces } from '../src/operators/resize';
import { distance, normal, onBoth } from './backends';

const flags = [
  { alignCorners: false, halfPixelCenters: false },
  { alignCorners: true, halfPixelCenters: false },
  { alignCorners: false, halfPixelCenters: true },
] as const;

describe.each(flags)('$alignCorners, $halfPixelCenters', ({ alignCorners, halfPixelCenters }) => {
  const nearest = (x: tf.Tensor, size: [number, number]) =>
    tf.image.resizeNearestNeighbor(x as tf.Tensor4D, size, alignCorners, halfPixelCenters);
  const bilinear = (x: tf.Tensor, size: [number, number]) =>
    tf.image.resizeBilinear(x as tf.Tensor4D, size, alignCorners, halfPixelCenters);

  test('nearest neighbor of every length up to 24, and of some up to 512, is as on cpu', async () => {
    const lengths = [...Array.from({ length: 24 }, (_, i) => i + 1), 49, 98, 255, 299, 512];
    for (const from of lengths) {
      const x = {
        shape: [1, from, from, 1],
        values: Array.from({ length: from * from }, (_, i) => i),
      };
      const { cpu, ort } = await onBoth([x], image =>
        lengths.map(to => nearest(image, [to, lengths[lengths.length - 1 - lengths.indexOf(to)]!])),
      );
      cpu.forEach((wanted, i) => {
        expect(distance(wanted, ort[i]!), `${from} to ${lengths[i]}`).toBe(0);
      });
    }
  });

  test('bilinear interpolation is as on cpu, at many sizes', async () => {
    const image = normal([2, 37, 53, 3], 1);
    const sizes: [number, number][] = [
      [74, 106],
      [299, 224],
      [19, 26],
      [1, 1],
      [37, 54],
      [512, 511],
    ];
    const { cpu, ort } = await onBoth([image], x => sizes.map(size => bilinear(x, size)));
    cpu.forEach((wanted, i) => {
      expect(distance(wanted, ort[i]!), `to ${sizes[i]}`).toBeLessThan(1e-6);
    });
  });

  test('one pixel that is no number spoils its neighbors alone', async () => {
    const x = { shape: [1, 3, 3, 1], values: [Number.NaN, 1, 2, 3, 4, 5, 6, Infinity, 8] };
    const { cpu, ort } = await onBoth([x], image => [
      nearest(image, [7, 5]),
      bilinear(image, [7, 5]),
    ]);
    expect(distance(cpu[0]!, ort[0]!)).toBe(0);
    expect(distance(cpu[1]!, ort[1]!)).toBeLessThan(1e-6);
  });

  test.each<[string, typeof nearest]>([
    ['nearest neighbor', nearest],
    ['bilinear', bilinear],
  ])('the gradient of %s is that of the forward pass, on cpu too', async (_name, f) => {
    for (const size of [
      [5, 9],
      [3, 2],
      [8, 6],
      [1, 1],
    ] as [number, number][]) {
      const [x, dx] = [normal([2, 4, 3, 2], 2), normal([2, 4, 3, 2], 3)];
      const dy = normal([2, ...size, 2], 4);
      // Resizing is linear: dy . resize(dx) = gradient(dy) . dx.
      const { cpu, ort } = await onBoth([x, dx, dy], (image, change, slope) => [
        tf.sum(tf.mul(f(change, size), slope)),
        tf.sum(tf.mul(tf.grad((i: tf.Tensor) => tf.sum(tf.mul(f(i, size), slope)))(image), change)),
      ]);
      expect(distance(ort[1]!, ort[0]!)).toBeLessThan(1e-5);
      expect(distance(cpu[1]!, cpu[0]!)).toBeLessThan(1e-5);
    }
  });
});

test('14 columns to 2 are the columns 0 and 7', () => {
  const [plain, aligned] = flags;
  expect(nearestPlaces(14, 2, plain)).toEqual([0, 7]);
  expect(nearestPlaces(14, 2, aligned)).toEqual([0, 13]);
  expect(nearestPlaces(3, 10, plain)).toEqual([0, 0, 0, 0, 1, 1, 1, 2, 2, 2]);
});
