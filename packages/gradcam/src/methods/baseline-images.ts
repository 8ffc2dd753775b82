import {
  add,
  slice,
  Tensor,
  type Tensor4D,
  tensor4d,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { fills } from '../algebra/fills';
import type { Evidence } from '../evidence';
import type { Baseline } from './baselines';

/** Standard deviation of the blur, as a share of the longer side: what is left are colors, without shapes. */
const blurShare = 0.1;

/**
 * The images of a baseline, one for each image `[N, H, W, C]`. What is unseen of the images is cut off from the baseline too. The caller
 * disposes them.
 *
 * @throws RangeError when a color or images of the caller do not fit the images that are explained.
 */
export async function baselineImages(
  { images, given = images.shape }: Pick<Evidence, 'images' | 'given'>,
  baseline: Baseline,
): Promise<Tensor4D> {
  const [count, height, width, colors] = images.shape;
  if (baseline instanceof Tensor) {
    const fits =
      baseline.rank === 4 &&
      (baseline.shape[0] === 1 || baseline.shape[0] === count) &&
      baseline.shape.slice(1).join() === given.slice(1).join();
    if (!fits)
      throw new RangeError(
        `The baseline should be [1 or ${count}, ${given.slice(1).join(', ')}], like the images; it is [${baseline.shape}].`,
      );
    return tidy(() => {
      const seen = slice(baseline, [0, 0, 0, 0], [-1, height, width, colors]);
      return add(zerosLike(images), seen) as Tensor4D;
    });
  }
  if (typeof baseline === 'object') {
    const { color } = baseline;
    if (color.length !== colors || !color.every(Number.isFinite))
      throw new RangeError(`The baseline's color should be ${colors} numbers; it is [${color}].`);
    return tidy(() => add(zerosLike(images), color) as Tensor4D);
  }
  const size = height * width * colors;
  const pixels = (await images.data()) as Float32Array;
  const filled = new Float32Array(count * size);
  for (let image = 0; image < count; image++) {
    const values = pixels.slice(image * size, (image + 1) * size);
    filled.set(fills[baseline]({ values, height, width, colors }, blurShare), image * size);
  }
  return tensor4d(filled, images.shape);
}

/** The features of a baseline at the tap, `[N, h, w, C]`. The caller disposes them. */
export async function baselineFeatures(evidence: Evidence, baseline: Baseline): Promise<Tensor4D> {
  const { features, parts } = evidence;
  if (baseline === 'zero') return zerosLike(features);
  const made = await baselineImages(evidence, baseline);
  try {
    const cut = parts.forward(made);
    const own = cut.features.clone() as Tensor4D;
    cut.dispose();
    return own;
  } finally {
    made.dispose();
  }
}
