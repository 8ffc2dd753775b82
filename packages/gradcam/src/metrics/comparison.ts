import type { Tensor } from '@tensorflow/tfjs-core';
import type { ExplainOptions } from '../explain';
import type { Method } from '../methods/method';
import type { Explainable } from '../model/source';
import type { Target } from '../targets/target';
import type { baselines, located } from './compared';
import type { Mask } from './localization';
import type { metricsOfScore, WatchOptions } from './watched';

export type BaselineName = keyof typeof baselines;

/**
 * A small number is better for `deletion`, `averageDrop`, `infidelity`, `sensitivity`, `randomization` and `complexity`, a large
 * one for the others.
 */
export type MetricName = keyof typeof metricsOfScore | keyof typeof located;

export interface ComparisonOptions extends Omit<WatchOptions, 'method'> {
  /** Baselines to stand beside the methods. Default all. */
  readonly baselines?: readonly BaselineName[];
  /** The class to explain, one for all images or one each. Default: the predicted one. */
  readonly classIndex?: ExplainOptions['classIndex'];
  /** Which metrics besides those with masks. Default ROAD, deletion, insertion, average drop and increase. */
  readonly metrics?: readonly (keyof typeof metricsOfScore)[];
  /** Where the thing is, one mask an image; with them the pointing game, energy, intersection over union and rank accuracy. */
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
  readonly senseless: Readonly<Partial<Record<MetricName, string>>>;
  /** Means over the images. */
  readonly scores: Readonly<Partial<Record<MetricName, number>>>;
}

/**
 * Methods side by side with four baselines that know nothing of the model: random, center, Sobel and empty.
 *
 * @param images `[N, H, W, C]`, preprocessed; the caller's.
 * @throws RangeError when there are not as many masks as images, or a mask has nothing inside.
 * @throws TargetError when a metric is asked for that makes no sense of what is watched.
 * @throws TypeError when `randomization` is asked for without the model.
 * @example
 * ```ts
 * const methods = { gradCam: gradCam(), layerCam: layerCam(), reciproCam: reciproCam() };
 * const rows = await compare(model, images, methods, { metrics: ['road', 'deletion'] });
 * for (const { name, baseline, scores } of rows)
 *   console.log(name, baseline ? '(baseline)' : '', scores.road?.toFixed(3), scores.deletion?.toFixed(3));
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
