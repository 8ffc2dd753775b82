import {
  add,
  cast,
  div,
  expandDims,
  gather,
  mean,
  min,
  reshape,
  sub,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
  tensor2d,
  tile,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { indicator } from '../algebra/indicator';
import type { Evidence } from '../evidence';
import { eachChunk, rowsFor, scoreFeatures, weighed } from './channel-scores';

/** Computes the map of Ablation-CAM. */
export async function withoutChannels(
  evidence: Evidence,
  ablate: keyof typeof replacements,
  variant: 'drop' | 'paper',
): Promise<Tensor3D> {
  const { features, logits, score } = evidence;
  const [images, , , count] = features.shape;
  const scores = await eachChunk(evidence, count, (image, channels) => {
    const own = gather(features, [image]);
    const without = reshape(indicator(channels, count), [-1, 1, 1, count]);
    const whole = tile(own, [channels.length, 1, 1, 1]);
    const replaced = add(zerosLike(whole), replacements[ablate](own));
    const ablated = where(
      tile(cast(without, 'bool'), [1, ...own.shape.slice(1, 3), 1]),
      replaced,
      whole,
    );
    return scoreFeatures(evidence, ablated as Tensor4D, rowsFor(image, channels));
  });
  return weighed(features, () => {
    const rows = Array.from({ length: images }, (_, image) => image);
    const whole = expandDims(score(logits, rows), 1);
    const drop = sub(whole, tensor2d(scores, [images, count]));
    return variant === 'paper' ? div(drop, whole) : drop;
  });
}

const replacements = {
  zero: (): Tensor | number => 0,
  mean: (features: Tensor): Tensor | number => mean(features, [1, 2], true),
  pgc: (features: Tensor): Tensor | number => {
    const low = min(features);
    return where(cast(low, 'bool'), sub(low, 1e7), zerosLike(low));
  },
};
