import { tensor2d } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import type { HeadOptions } from '../head';
import { linearHeadOf } from './linear-head-of';
import type { FeatureMoments } from './moments';
import { registerUnitLength, UnitLength } from './unit-length';

export interface PrototypeOptions extends Pick<HeadOptions, 'name'> {
  /** How near a row is to a prototype. Default `cosine`. */
  readonly distance?: 'cosine' | 'euclidean';
  /**
   * Factor on the logits, above 0; it changes probabilities, but no answer. Default for `cosine`: 20. For `euclidean`: 1 / (2 v), where v is
   * the mean variance of a channel within the classes, or 1 / channels if that is 0.
   */
  readonly scale?: number;
}

/**
 * A head whose classes are the means of their rows: the nearest mean is the answer. It needs few rows; one for each class is enough. Logits
 * are `scale * cos(row, mean)`, or `-scale * |row - mean|²` up to a number that is the same for all classes.
 *
 * @throws RangeError when a class has no rows, its mean is 0 (for `cosine`), or an option is not valid.
 * @see Snell et al. 2017, Prototypical Networks. https://arxiv.org/abs/1703.05175
 * @example
 * ```ts
 * const moments = new FeatureMoments(2, 2, { products: false });
 * await moments.add(Float32Array.of(0, 1, 4, 4), [0, 1]); // one row of each class
 * const head = await prototypeHead(moments, { distance: 'cosine' });
 * ```
 */
export async function prototypeHead(
  moments: FeatureMoments,
  options: PrototypeOptions = {},
): Promise<LayersModel> {
  const { distance = 'cosine', scale, name = 'head' } = options;
  if (distance !== 'cosine' && distance !== 'euclidean')
    throw new RangeError(`distance should be 'cosine' or 'euclidean', not '${distance}'.`);
  if (scale !== undefined && !(scale > 0 && scale < Infinity))
    throw new RangeError(`scale should be a number above 0, not ${scale}.`);
  const { channels, classes } = moments;
  const { means, variance } = await moments.means();
  const squares = Float64Array.from({ length: classes }, (_, label) => {
    const own = means.subarray(label * channels, (label + 1) * channels);
    return own.reduce((sum, value) => sum + value * value, 0);
  });
  if (distance === 'euclidean') {
    const mean = variance.reduce((sum, each) => sum + each, 0) / channels;
    const factor = scale ?? (mean > 0 ? 1 / (2 * mean) : 1 / channels);
    const weights = means.map(value => 2 * factor * value);
    return linearHeadOf(
      channels,
      weights,
      squares.map(square => -factor * square),
      { name },
    );
  }
  const zero = squares.indexOf(0);
  if (zero >= 0)
    throw new RangeError(
      `The mean of class ${zero} is 0, which has no direction. Use 'euclidean'.`,
    );
  registerUnitLength();
  const features = input({ shape: [channels], name: `${name}/features` });
  const unit = new UnitLength({ name: `${name}/unit` }).apply(features);
  const logits = layers.dense({ units: classes, useBias: false, name: `${name}/logits` });
  const outputs = logits.apply(unit) as SymbolicTensor;
  const kernel = new Float32Array(channels * classes);
  for (const [place, value] of means.entries()) {
    const label = Math.floor(place / channels);
    kernel[(place % channels) * classes + label] =
      ((scale ?? 20) * value) / Math.sqrt(squares[label]!);
  }
  const weights = tensor2d(kernel, [channels, classes]);
  logits.setWeights([weights]);
  weights.dispose();
  return model({ inputs: features, outputs, name });
}
