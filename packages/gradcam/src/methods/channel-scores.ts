import {
  mul,
  reshape,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { type Evidence, logitsFrom, sideOf } from '../evidence';

/** Computes the scores `[N * count]` of `count` variants of each image, one batch at a time. */
export async function eachChunk(
  { features, batch, signal }: Evidence,
  count: number,
  compute: (image: number, indices: number[]) => Tensor1D,
): Promise<Float32Array> {
  const images = features.shape[0];
  const scores = new Float32Array(images * count);
  for (let image = 0; image < images; image++) {
    for (let start = 0; start < count; start += batch) {
      signal?.throwIfAborted();
      const length = Math.min(batch, count - start);
      const chunk = tidy(() =>
        compute(
          image,
          Array.from({ length }, (_, i) => start + i),
        ),
      );
      try {
        scores.set(await chunk.data(), image * count + start);
      } finally {
        chunk.dispose();
      }
    }
  }
  return scores;
}

export function scoreFeatures(
  evidence: Evidence,
  features: Tensor4D,
  rows: readonly number[],
): Tensor1D {
  const side = sideOf(evidence.side, rows);
  return evidence.score(logitsFrom(evidence.parts, { features, side }), rows);
}

/** Weights features by channel and sums them. `weights` returns `[N, C]`. */
export function weighed(features: Tensor4D, weights: () => Tensor): Tensor3D {
  return tidy(() => {
    const [count, , , channels] = features.shape;
    return sum(mul(features, reshape(weights(), [count, 1, 1, channels])), 3);
  });
}

export const rowsFor = (image: number, indices: readonly number[]): number[] =>
  indices.map(() => image);
