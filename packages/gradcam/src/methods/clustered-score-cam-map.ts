import {
  softmax,
  type Tensor3D,
  type Tensor4D,
  tensor2d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { clustersOf } from '../algebra/clusters';
import type { Evidence } from '../evidence';
import { eachChunk, weighed } from './channel-scores';
import { scoreThrough } from './score-cam-map';

/** Computes the map of Score-CAM by groups of channels. */
export async function seenThroughGroups(
  evidence: Evidence,
  clusters: number,
  seed: number,
): Promise<Tensor3D> {
  const { features } = evidence;
  const [count, height, width, channels] = features.shape;
  const values = (await features.data()) as Float32Array;
  const places = height * width;
  const groups = Math.min(clusters, channels);
  const found = Array.from({ length: count }, (_, image) => {
    const own = values.subarray(image * places * channels, (image + 1) * places * channels);
    return clustersOf(scaledChannels(own, places, channels), groups, seed);
  });
  const scores = await eachChunk(evidence, groups, (image, chosen) => {
    const masks = Float32Array.from(chosen.flatMap(group => [...found[image]!.centers[group]!]));
    const maps = tensor4d(masks, [chosen.length, height, width, 1]) as Tensor4D;
    return scoreThrough(evidence, image, maps);
  });
  const shares = tidy(() => softmax(tensor2d(scores, [count, groups])));
  const byGroup = await shares.data();
  shares.dispose();
  const weights = found.flatMap(({ of, sizes }, image) =>
    Array.from(of, group => byGroup[image * groups + group]! / sizes[group]!),
  );
  return weighed(features, () => tensor2d(weights, [count, channels]));
}

/** Returns each channel as a vector over the positions, scaled to 0 to 1; a constant channel becomes 0. */
function scaledChannels(values: Float32Array, places: number, channels: number): Float32Array[] {
  return Array.from({ length: channels }, (_, channel) => {
    const own = Float32Array.from(
      { length: places },
      (_, place) => values[place * channels + channel]!,
    );
    const low = own.reduce((least, value) => Math.min(least, value), Infinity);
    const high = own.reduce((most, value) => Math.max(most, value), -Infinity);
    return own.map(value => (value - low) / (high - low + 1e-8));
  });
}
