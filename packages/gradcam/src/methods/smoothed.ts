import {
  add,
  dispose,
  div,
  max,
  min,
  mul,
  randomNormal,
  sub,
  type Tensor3D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { mapOfImages } from './map-of-images';
import { atLeastOne, atLeastZero, innerMethod, type Method } from './method';

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

/**
 * SmoothGrad: the mean of a method's maps over noisy copies of the image. The original uses `saliency()` with the tap at the images.
 * Smilkov et al. 2017. https://arxiv.org/abs/1706.03825
 *
 * Each map is computed from the features of its own noisy copy. {@link smoothGradCamPlusPlus} averages derivatives instead.
 *
 * @param method Any explanation method.
 * @example
 * ```ts
 * const method = smoothed(saliency(), { samples: 50, noise: 0.15 }); // SmoothGrad
 * const [{ map }] = await explain(model, images, { method, tap: model.inputs[0].name });
 * ```
 */
export function smoothed(method: Method, options: SmoothedOptions = {}): Method {
  innerMethod(method, 'smoothed');
  const samples = atLeastOne(options.samples ?? 16, 'samples');
  atLeastZero(options.noise ?? 0, 'noise');
  return {
    needsGradient: false,
    map: async evidence => {
      let total: Tensor3D | undefined;
      try {
        await eachNoisy(evidence.images, options, evidence.signal, async copy => {
          const map = await mapOfImages(method, evidence, copy);
          const before = total;
          const share = () => div(map, samples) as Tensor3D;
          total = tidy(() => (before ? (add(before, share()) as Tensor3D) : share()));
          dispose([map, ...(before ? [before] : [])]);
        });
      } catch (error) {
        total?.dispose();
        throw error;
      }
      return total!;
    },
  };
}
