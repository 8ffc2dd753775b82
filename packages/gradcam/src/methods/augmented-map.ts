import { mul, reverse, type Tensor3D, type Tensor4D, tensor3d, tidy } from '@tensorflow/tfjs-core';
import type { Evidence } from '../evidence';
import type { fuseMaps } from '../pictures/fusion';

/**
 * Computes the map of `augmented`.
 *
 * @param mapOf Computes the maps `[N, h, w]` of a variant of the images.
 * @param scaled Scales and resizes a map.
 */
export async function overVariants(
  evidence: Evidence,
  mapOf: (variant: Tensor4D) => Promise<Tensor3D>,
  scaled: typeof fuseMaps,
): Promise<Tensor3D> {
  const [count, height, width] = evidence.images.shape;
  const total = new Float32Array(count * height * width);
  for (const mirrored of [false, true]) {
    for (const factor of [0.9, 1, 1.1]) {
      evidence.signal?.throwIfAborted();
      const images = tidy(() =>
        mul(mirrored ? reverse(evidence.images, 2) : evidence.images, factor),
      ) as Tensor4D;
      try {
        const maps = await mapOf(images);
        const [, rows, columns] = maps.shape;
        const all = (await maps.data()) as Float32Array;
        maps.dispose();
        for (let image = 0; image < count; image++) {
          const own = all.slice(image * rows * columns, (image + 1) * rows * columns);
          const map = { values: own, height: rows, width: columns };
          const { values } = scaled([map], [height, width]);
          values.forEach((value, place) => {
            const column = place % width;
            const target = mirrored ? place - column + (width - 1 - column) : place;
            total[image * height * width + target]! += value / 6;
          });
        }
      } finally {
        images.dispose();
      }
    }
  }
  return tensor3d(total, [count, height, width]);
}
