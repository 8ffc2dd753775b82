import { log1p, relu, reshape, slice, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';

/**
 * The features at all places, `[N * places, C]`, and the number of images: `log(1 + x)` of feature maps `[N, h, w, C]`, and the patches
 * among tokens `[N, T, C]` as they are.
 */
export function featureRows(output: Tensor, prefix: number): [rows: Tensor2D, count: number] {
  const [count, ...sides] = output.shape as [number, ...number[]];
  const channels = sides.at(-1)!;
  const features =
    output.rank === 4
      ? log1p(relu(output))
      : slice(output, [0, prefix, 0], [count, sides[0]! - prefix, channels]);
  return [reshape(features, [-1, channels]) as Tensor2D, count];
}
