import type { Pixels } from '@shroom/pixels';
import type { RandomStream } from '../random';

export interface RandomErasingOptions {
  /** How probable it is that anything is erased. Default 0.5. */
  readonly probability?: number;
  /** Least and most share of the area. Default 0.02 to 0.33. */
  readonly scale?: readonly [number, number];
  /** Least and most height divided by width. Default 0.3 to 3.3. */
  readonly ratio?: readonly [number, number];
  /** RGB. Default the mean of ImageNet, which most networks see as 0. */
  readonly color?: readonly [number, number, number];
}

/**
 * Fills a random rectangle; ten tries to find one that fits, else the picture stays whole.
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
