import {
  div,
  gather,
  mul,
  pad,
  reshape,
  slice,
  sub,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { indicator } from '../algebra/indicator';
import type { Evidence } from '../evidence';
import { eachChunk, rowsFor, scoreFeatures } from './channel-scores';

/** Computes the map of Recipro-CAM. */
export async function placesAlone(evidence: Evidence): Promise<Tensor3D> {
  const { features } = evidence;
  const [count, height, width] = features.shape;
  const places = height * width;
  // The index after the last position stands for the empty feature map.
  const scores = await eachChunk(evidence, places + 1, (image, cells) => {
    if (evidence.parts.pooled) return scorePlaces(evidence, image, cells);
    const marks = indicator(cells, places);
    const alone = mul(gather(features, [image]), reshape(marks, [-1, height, width, 1]));
    return scoreFeatures(evidence, alone as Tensor4D, rowsFor(image, cells));
  });
  return tidy(() => {
    const all = tensor2d(scores, [count, places + 1]);
    const empty = slice(all, [0, places], [count, 1]);
    const alone = slice(all, [0, 0], [count, places]);
    return reshape(sub(alone, empty), [count, height, width]) as Tensor3D;
  });
}

/**
 * Computes the scores of feature maps with a single active position. After global average pooling, such a map equals the position's
 * features divided by the number of positions.
 */
function scorePlaces(
  { features, parts, score }: Evidence,
  image: number,
  cells: readonly number[],
): Tensor1D {
  const [, height, width, channels] = features.shape;
  const own = reshape(gather(features, [image]), [height * width, channels]);
  // The index after the last position selects a row of zeros: the empty feature map.
  const alone = gather(
    pad(own, [
      [0, 1],
      [0, 0],
    ]),
    tensor1d([...cells], 'int32'),
  );
  const logits = parts.pooledTail(div(alone, height * width) as Tensor2D);
  return score(logits, rowsFor(image, cells));
}
