import {
  add,
  dispose,
  div,
  mul,
  sub,
  sum,
  type Tensor3D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { generator } from '../algebra/generator';
import { type Evidence, gradientOf } from '../evidence';
import { baselineFeatures } from './baseline-images';
import type { Baseline } from './baselines';
import { eachNoisy } from './noisy-copies';

/** Computes the map of `gradientShap`. */
export async function sampled(
  evidence: Evidence,
  options: {
    readonly baselines: readonly Baseline[];
    readonly samples: number;
    readonly noise: number;
    readonly seed: number;
  },
): Promise<Tensor3D> {
  const { parts, images, score, signal } = evidence;
  const { baselines, samples, seed } = options;
  const random = generator(seed);
  const starts: Tensor4D[] = [];
  let total: Tensor3D | undefined;
  try {
    for (const baseline of baselines) starts.push(await baselineFeatures(evidence, baseline));
    await eachNoisy(images, options, signal, async copy => {
      const start = starts[Math.floor(random() * starts.length)]!;
      const share = random();
      const cut = parts.forward(copy);
      const way = sub(cut.features, start) as Tensor4D;
      const point = tidy(() => add(start, mul(way, share)) as Tensor4D);
      try {
        const { side } = cut;
        const { gradient, logits } = await gradientOf(parts, { features: point, side }, score);
        const before = total;
        total = tidy(() => {
          const own = div(sum(mul(way, gradient), 3), samples) as Tensor3D;
          return before ? (add(before, own) as Tensor3D) : own;
        });
        dispose([gradient, logits, ...(before ? [before] : [])]);
      } finally {
        dispose([way, point]);
        cut.dispose();
      }
    });
    return total!;
  } catch (error) {
    total?.dispose();
    throw error;
  } finally {
    dispose(starts);
  }
}
