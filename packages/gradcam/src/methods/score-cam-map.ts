import {
  add,
  div,
  gather,
  image as imageOps,
  max,
  min,
  mul,
  softmax,
  sub,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  transpose,
} from '@tensorflow/tfjs-core';
import { type Evidence, scoreImages } from '../evidence';
import { eachChunk, weighed } from './channel-scores';

/** Computes the map of Score-CAM. */
export async function seenThroughChannels(evidence: Evidence): Promise<Tensor3D> {
  const { features, images } = evidence;
  const scores = await eachChunk(evidence, features.shape[3], (image, channels) => {
    const chosen = gather(gather(features, [image]), tensor1d(channels, 'int32'), 3);
    return scoreThrough(evidence, image, transpose(chosen, [3, 1, 2, 0]) as Tensor4D);
  });
  return weighed(features, () => softmax(tensor2d(scores, [images.shape[0], features.shape[3]])));
}

/** Computes the scores `[R]` of one image seen through each of the masks `maps` `[R, h, w, 1]`, resized and scaled to 0 to 1. */
export function scoreThrough(
  { images, parts, score }: Evidence,
  image: number,
  maps: Tensor4D,
): Tensor1D {
  const [, height, width] = images.shape;
  const masks = imageOps.resizeBilinear(maps, [height, width], true);
  const low = min(masks, [1, 2], true);
  const span = add(sub(max(masks, [1, 2], true), low), 1e-8);
  const masked = mul(gather(images, [image]), div(sub(masks, low), span)) as Tensor4D;
  return scoreImages(parts, masked, new Array<number>(maps.shape[0]).fill(image), score);
}
