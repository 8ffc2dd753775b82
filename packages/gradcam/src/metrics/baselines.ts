import { type Tensor3D, tensor3d, zeros } from '@tensorflow/tfjs-core';
import type { Evidence } from '../evidence';
import type { Method } from '../methods/method';

/** Makes a baseline: a map that depends only on the position, the image's number and the pixels. A method should be better than that. */
function baseline(
  value: (
    place: { image: number; row: number; column: number },
    size: readonly [number, number],
  ) => number,
): Method {
  return {
    needsGradient: false,
    map: async ({ features }: Evidence): Promise<Tensor3D> => {
      const [count, height, width] = features.shape;
      const values = new Float32Array(count * height * width);
      for (let i = 0; i < values.length; i++) {
        const place = Math.floor(i / width);
        const [image, row, column] = [Math.floor(place / height), place % height, i % width];
        values[i] = value({ image, row, column }, [height, width]);
      }
      return tensor3d(values, [count, height, width]);
    },
  };
}

/**
 * A map of random values from 0 to 1. The same seed gives the same map for each image of a batch.
 *
 * @param seed An integer. Default 0.
 * @example
 * ```ts
 * const explanations = await explain(model, images, { method: randomBaseline(7) });
 * const roads = await road(model, images, explanations); // a method has to be above these
 * ```
 */
export function randomBaseline(seed = 0): Method {
  return baseline(({ row, column }, [, width]) => hashed(seed, row * width + column));
}

/**
 * A Gaussian blob in the middle of the image, a quarter of each side wide, since photographers put their subject there.
 *
 * @example
 * ```ts
 * const [{ map }] = await explain(model, images, { method: centerBaseline() });
 * const hit = pointingGame(map, mask); // 1 where the thing is in the middle of the photo
 * ```
 */
export const centerBaseline = (): Method =>
  baseline(({ row, column }, [height, width]) => {
    const y = ((row + 0.5) / height - 0.5) / 0.25;
    const x = ((column + 0.5) / width - 0.5) / 0.25;
    return Math.exp(-(x * x + y * y) / 2);
  });

/**
 * A map that is 0 everywhere.
 *
 * @example
 * ```ts
 * const explanations = await explain(model, images, { method: emptyBaseline() });
 * const [{ combined }] = await road(model, images, explanations); // 0: no pixel comes first
 * ```
 */
export const emptyBaseline = (): Method => ({
  needsGradient: false,
  map: async ({ features: { shape } }) => zeros([shape[0], shape[1], shape[2]]),
});

/**
 * Where the image itself changes: the length of Sobel's gradient of the mean of the color channels, averaged over each cell of the map.
 *
 * @example
 * ```ts
 * const [{ map }] = await explain(model, images, { method: sobelBaseline() });
 * const share = energyInMask(map, mask); // what edges alone get
 * ```
 */
export const sobelBaseline = (): Method => ({
  needsGradient: false,
  map: async ({ features, images }) => {
    const [count, height, width] = features.shape;
    const [, imageHeight, imageWidth, colors] = images.shape;
    const pixels = await images.data();
    const values = new Float32Array(count * height * width);
    for (let image = 0; image < count; image++) {
      const gray = (row: number, column: number) => {
        const y = Math.min(Math.max(row, 0), imageHeight - 1);
        const x = Math.min(Math.max(column, 0), imageWidth - 1);
        const start = ((image * imageHeight + y) * imageWidth + x) * colors;
        let total = 0;
        for (let color = 0; color < colors; color++) total += pixels[start + color]!;
        return total / colors;
      };
      const share = (height * width) / (imageHeight * imageWidth);
      for (let y = 0; y < imageHeight; y++) {
        const row = Math.floor((y * height) / imageHeight);
        for (let x = 0; x < imageWidth; x++) {
          const column = Math.floor((x * width) / imageWidth);
          values[(image * height + row) * width + column]! += share * slope(gray, y, x);
        }
      }
    }
    return tensor3d(values, [count, height, width]);
  },
});

function slope(gray: (row: number, column: number) => number, y: number, x: number): number {
  const across = (side: number) =>
    gray(y - 1, x + side) + 2 * gray(y, x + side) + gray(y + 1, x + side);
  const down = (side: number) =>
    gray(y + side, x - 1) + 2 * gray(y + side, x) + gray(y + side, x + 1);
  return Math.hypot(across(1) - across(-1), down(1) - down(-1));
}

/** Returns an evenly distributed number from 0 to 1 for an index (finalizer of MurmurHash3). */
function hashed(seed: number, index: number): number {
  let h = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/**
 * Every baseline, by its name in a comparison.
 *
 * @example
 * ```ts
 * const maps = await explain(model, images, { method: baselines.center() });
 * ```
 */
export const baselines = {
  random: randomBaseline,
  center: centerBaseline,
  sobel: sobelBaseline,
  empty: emptyBaseline,
} as const satisfies Record<string, (seed?: number) => Method>;

export type BaselineName = keyof typeof baselines;
