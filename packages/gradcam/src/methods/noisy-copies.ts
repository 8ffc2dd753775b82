import { add, max, min, mul, randomNormal, sub, type Tensor4D, tidy } from '@tensorflow/tfjs-core';

export interface SmoothedOptions {
  /** Number of noisy copies of each image. Default 16. */
  readonly samples?: number;
  /** Standard deviation of the noise, as a share of the image's range of values. Default 0.1. */
  readonly noise?: number;
  /** Seed of the noise, an integer. Default 0. Every image of a batch gets the same noise. */
  readonly seed?: number;
}

/** Calls `each` with noisy copies of the images, one after another, and disposes them. */
export async function eachNoisy(
  images: Tensor4D,
  { samples = 16, noise = 0.1, seed = 0 }: SmoothedOptions,
  signal: AbortSignal | undefined,
  each: (copy: Tensor4D) => Promise<void>,
): Promise<void> {
  for (let sample = 0; sample < samples; sample++) {
    signal?.throwIfAborted();
    const copy = tidy(() => {
      const [, ...shape] = images.shape;
      const range = sub(max(images, [1, 2, 3], true), min(images, [1, 2, 3], true));
      const drawn = randomNormal([1, ...shape], 0, noise, 'float32', seed * samples + sample + 1);
      return add(images, mul(drawn, range)) as Tensor4D;
    });
    try {
      await each(copy);
    } finally {
      copy.dispose();
    }
  }
}
