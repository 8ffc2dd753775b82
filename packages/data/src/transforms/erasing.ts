import type { Pixels } from '@shroom/pixels';
import type { RandomStream } from '../random';

export interface RandomErasingOptions {
  /** Probability that a rectangle is erased. Default 0.5. */
  readonly probability?: number;
  /** Minimum and maximum share of the picture's area. Default 0.02 to 0.33. */
  readonly scale?: readonly [number, number];
  /** Minimum and maximum ratio of height to width. Default 0.3 to 3.3. */
  readonly ratio?: readonly [number, number];
  /** Fill color, RGB. Default: the mean of ImageNet, which most networks' normalization turns into 0. */
  readonly color?: readonly [number, number, number];
}

/**
 * Random erasing: fills a random rectangle with a color. If ten attempts find no rectangle that fits, the picture stays
 * unchanged.
 *
 * @see Zhong et al. 2020, Random Erasing Data Augmentation. https://arxiv.org/abs/1708.04896
 * @example
 * ```ts
 * randomErasing(pixels, randomStream('photo 7', 1), { probability: 0.25, color: [0, 0, 0] });
 * ```
 */
export function randomErasing(
  pixels: Pixels,
  random: RandomStream,
  options: RandomErasingOptions = {},
): Pixels {
  const {
    probability = 0.5,
    scale = [0.02, 0.33],
    ratio = [0.3, 3.3],
    color = [124, 116, 104],
  } = options;
  if (!random.chance(probability)) return pixels;
  const { height, width } = pixels;
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * random.between(...scale);
    const aspect = Math.exp(random.between(Math.log(ratio[0]), Math.log(ratio[1])));
    const h = Math.round(Math.sqrt(area * aspect));
    const w = Math.round(Math.sqrt(area / aspect));
    if (h < 1 || w < 1 || h >= height || w >= width) continue;
    const top = random.below(height - h + 1);
    const left = random.below(width - w + 1);
    const data = Uint8Array.from(pixels.data);
    for (let y = top; y < top + h; y++) {
      for (let x = left; x < left + w; x++) data.set(color, (y * width + x) * 3);
    }
    return { data, height, width };
  }
  return pixels;
}
