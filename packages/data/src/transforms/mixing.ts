import type { RandomStream } from '../random';

/** A batch of network inputs with soft labels. */
export interface MixedBatch {
  /** Images, `[N, H, W, 3]`. */
  readonly images: Float32Array;
  readonly shape: readonly [number, number, number, number];
  /** Share of each class in each image, `[N, K]`. */
  readonly targets: Float32Array;
}

export interface MixingOptions {
  /** Both parameters of the Beta distribution of the shares. Default 0.2 for mixup, 1 for cutmix. */
  readonly alpha?: number;
}

/**
 * One-hot targets, `[N, K]`: 1 at the label, 0 elsewhere.
 *
 * @example
 * ```ts
 * oneHot([2, 0], 3); // [0, 0, 1, 1, 0, 0]
 * ```
 */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  for (let row = 0; row < labels.length; row++) targets[row * classes + labels[row]!] = 1;
  return targets;
}

/**
 * Mixup: replaces every picture by a weighted mean of itself and the previous one (for the first: the last), and mixes the
 * targets with the same weights.
 *
 * @see Zhang et al. 2018, mixup. https://arxiv.org/abs/1710.09412
 * @example
 * ```ts
 * import { imagenetPreprocessing } from '@shroom/models';
 *
 * const { photos, classes } = await openPhotos('photos');
 * const preprocessing = imagenetPreprocessing([224, 224]);
 * for await (const { images, shape, labels } of batches(photos, { preprocessing, shuffle: true })) {
 *   const batch = { images, shape, targets: oneHot(labels, classes.length) };
 *   const mixed = mixup(batch, randomStream('mixup', labels.join()))
 * }
 * ```
 */
export function mixup(
  batch: MixedBatch,
  random: RandomStream,
  options: MixingOptions = {},
): MixedBatch {
  const { alpha = 0.2 } = options;
  const share = drawBeta(alpha, random);
  const mix = (values: Float32Array) => {
    const row = values.length / batch.shape[0];
    return values.map((value, index) => {
      const other = values[(index - row + values.length) % values.length]!;
      return share * value + (1 - share) * other;
    });
  };
  return { ...batch, images: mix(batch.images), targets: mix(batch.targets) };
}

/**
 * CutMix: replaces a random rectangle of every picture by that of the previous one (for the first: the last), and mixes the
 * targets by area.
 *
 * @see Yun et al. 2019, CutMix. https://arxiv.org/abs/1905.04899
 * @example
 * ```ts
 * const images = Float32Array.from({ length: 2 * 8 * 8 * 3 }, (_, index) => index % 7);
 * const batch = { images, shape: [2, 8, 8, 3] as const, targets: oneHot([0, 1], 2) };
 * cutmix(batch, randomStream('cutmix', 0)).targets; // [0.609, 0.391, 0.391, 0.609]
 * ```
 */
export function cutmix(
  batch: MixedBatch,
  random: RandomStream,
  options: MixingOptions = {},
): MixedBatch {
  const { alpha = 1 } = options;
  const [count, height, width] = batch.shape;
  const side = Math.sqrt(1 - drawBeta(alpha, random));
  const [centerY, centerX] = [random.below(height), random.below(width)];
  const clip = (value: number, most: number) => Math.max(0, Math.min(most, Math.floor(value)));
  const top = clip(centerY - (side * height) / 2, height);
  const bottom = clip(centerY + (side * height) / 2, height);
  const left = clip(centerX - (side * width) / 2, width);
  const right = clip(centerX + (side * width) / 2, width);

  const images = Float32Array.from(batch.images);
  for (let n = 0; n < count; n++) {
    const other = (n - 1 + count) % count;
    for (let y = top; y < bottom; y++) {
      const from = ((other * height + y) * width + left) * 3;
      const row = batch.images.subarray(from, from + (right - left) * 3);
      images.set(row, ((n * height + y) * width + left) * 3);
    }
  }
  // The rectangle is clipped, so the share follows from its real area.
  const share = 1 - ((bottom - top) * (right - left)) / (height * width);
  const classes = batch.targets.length / count;
  const targets = batch.targets.map((value, index) => {
    const other = batch.targets[(index - classes + count * classes) % (count * classes)]!;
    return share * value + (1 - share) * other;
  });
  return { ...batch, images, targets };
}

/** A random number from Beta(alpha, alpha) by Jöhnk's rejection method, which suits parameters of at most 1. */
function drawBeta(alpha: number, random: RandomStream): number {
  if (!(alpha > 0 && alpha <= 1)) {
    throw new RangeError(`alpha should be above 0 and at most 1, not ${alpha}.`);
  }
  for (;;) {
    const x = random.between(0, 1) ** (1 / alpha);
    const y = random.between(0, 1) ** (1 / alpha);
    if (x + y > 0 && x + y <= 1) return x / (x + y);
  }
}
