import {
  add,
  dispose,
  mul,
  type Rank,
  sub,
  sum,
  type Tensor3D,
  type Tensor4D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { type Evidence, gradientOf, logitsFrom } from '../evidence';
import { baselineFeatures } from './baseline-images';
import type { Baseline } from './baselines';

/** Computes the map of `integratedGradients`. */
export async function integrated(
  evidence: Evidence,
  { steps, baselines }: { readonly steps: number; readonly baselines: readonly Baseline[] },
  onConvergenceDelta?: (deltas: Float32Array) => void,
): Promise<Tensor3D> {
  const { parts, features, side, score, signal, logits } = evidence;
  const [count, height, width] = features.shape;
  const rows = Array.from({ length: count }, (_, row) => row);
  const share = 1 / (steps * baselines.length);
  let total: Tensor3D = zeros<Rank.R3>([count, height, width]);
  const increase = new Float32Array(count);
  try {
    for (const baseline of baselines) {
      const start = await baselineFeatures(evidence, baseline);
      const way = sub(features, start) as Tensor4D;
      try {
        for (let step = 0; step < steps; step++) {
          signal?.throwIfAborted();
          const point = tidy(() => add(start, mul(way, (step + 0.5) / steps)) as Tensor4D);
          try {
            const { gradient, logits: own } = await gradientOf(
              parts,
              { features: point, side },
              score,
            );
            const before = total;
            total = tidy(() => add(before, mul(sum(mul(way, gradient), 3), share)) as Tensor3D);
            dispose([gradient, own, before]);
          } finally {
            point.dispose();
          }
        }
        if (!onConvergenceDelta) continue;
        const first = logitsFrom(parts, { features: start, side });
        const gain = tidy(() => sub(score(logits, rows), score(first, rows)));
        const values = await gain.data();
        values.forEach((value, image) => {
          increase[image]! += value / baselines.length;
        });
        dispose([first, gain]);
      } finally {
        dispose([start, way]);
      }
    }
    if (onConvergenceDelta) {
      const sums = tidy(() => sum(total, [1, 2]));
      const values = await sums.data();
      sums.dispose();
      onConvergenceDelta(Float32Array.from(values, (value, image) => value - increase[image]!));
    }
    return total;
  } catch (error) {
    total.dispose();
    throw error;
  }
}
