import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExplainOptions } from '../explain';
import type { Method } from '../methods/method';
import type { Explainable } from '../model/source';
import type { Target } from '../targets/target';
import type { BaselineName } from './baselines';
import type { Metric, MetricInputOptions } from './metric';
import type { Mask } from './subject';
import type { MetricName } from './table';

export interface ComparisonOptions extends Omit<MetricInputOptions, 'method' | 'explained'> {
  /** Baselines to stand beside the methods. Default all. */
  readonly baselines?: readonly BaselineName[];
  /** The class to explain, one for all images or one each. Default: the predicted one. */
  readonly classIndex?: ExplainOptions['classIndex'];
  /**
   * Names of the table `metrics`; or metrics by their names, where some are your own. Default ROAD, deletion, insertion, average drop and
   * increase.
   */
  readonly metrics?: readonly MetricName[] | Readonly<Record<string, Metric>>;
  /** Where the thing is, one mask an image. Beside metrics that are named, those that need masks are measured too. */
  readonly masks?: readonly Mask[];
}

/** A method that looks at another tap than the others, or explains another score of the class. */
export interface MethodAt {
  readonly parts: Explainable;
  readonly method: Method;
  /** What it explains; what is watched is the `target` of the options for all. Default the same. */
  readonly target?: Target;
}

export interface ComparisonRow {
  readonly name: string;
  /** Whether it looks at nothing that the model computes: what a method has to be better than. */
  readonly baseline: boolean;
  /** The score that was watched, in words. */
  readonly watched: string;
  /** Usual metrics that make no sense of that score, and why. */
  readonly senseless: Readonly<Record<string, string>>;
  /** Means over the images. */
  readonly scores: Scores;
}

/** By the names of metrics, and by those of your own. */
export type Scores = Readonly<Partial<Record<MetricName, number>> & Record<string, number>>;

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
