import type { Tensor } from '@tensorflow/tfjs-core';
import type { Method } from '../methods/method';
import type { Explainable } from '../model/source';
import type { ComparisonOptions, ComparisonRow, MethodAt } from './compared';

/**
 * Methods side by side with four baselines that know nothing of the model: random, center, Sobel and empty.
 *
 * @param images `[N, H, W, C]`, preprocessed; the caller's.
 * @throws RangeError when there are not as many masks as images, or a mask has nothing inside.
 * @throws TargetError when a metric is asked for that makes no sense of what is watched.
 * @throws TypeError when a metric needs masks or the model and they are not given, or is none.
 * @example
 * ```ts
 * const methods = { gradCam: gradCam(), layerCam: layerCam(), reciproCam: reciproCam() };
 * const rows = await compare(model, images, methods, { metrics: ['road', 'deletion'] });
 * for (const { name, baseline, scores } of rows)
 *   console.log(name, baseline ? '(baseline)' : '', scores.road?.toFixed(3), scores.deletion?.toFixed(3));
 *
 * // A metric of your own: the hottest value, in the units of the score.
 * const peak: Metric = {
 *   better: 'neither',
 *   measure: ({ explanations }) => explanations.map(({ signed }) => Math.max(...signed.values)),
 * };
 * const own = await compare(model, images, methods, { metrics: { road: metrics.road, peak } });
 * ```
 */
export async function compare(
  model: Explainable,
  images: Tensor,
  methods: Readonly<Record<string, Method | MethodAt>>,
  options: ComparisonOptions = {},
): Promise<ComparisonRow[]> {
  return (await import('./compared')).compare(model, images, methods, options);
}
