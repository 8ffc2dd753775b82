import type { Tensor } from '@tensorflow/tfjs-core';
import type { Method } from '../methods/method';
import type { Explainable } from '../model/source';
import type { ComparisonOptions, ComparisonRow, MethodAt } from './compared';

/**
 * Compares methods with each other and with four baselines that ignore the model: random, center, Sobel and empty.
 *
 * @param images `[N, H, W, C]`, preprocessed. The caller keeps them.
 * @throws RangeError when there are not as many masks as images, or when a mask is empty.
 * @throws TargetError when a requested metric makes no sense for the measured score.
 * @throws TypeError when a value is not a metric, or when a metric needs masks or the model and they are missing.
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
