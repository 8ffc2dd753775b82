import type { Tensor } from '@tensorflow/tfjs-core';
import type { Explainable } from '../model/source';
import type { Metric, MetricInput } from './metric';
import { type ClassMap, type MetricOptions, subjectsOf } from './subject';

/** How the score y changes to y' when the image is multiplied by its map. */
export interface ConfidenceChange {
  /**
   * `max(0, y - y') / y`: the average drop of Grad-CAM++'s authors and of torch-cam. NaN if y is not above 0, because a share of it is then
   * meaningless. https://arxiv.org/abs/1710.11063
   */
  readonly relativeDrop: number;
  /** `max(0, y - y')`: the drop as pytorch-grad-cam defines it. */
  readonly absoluteDrop: number;
  /**
   * `max(0, y' - y) / (1 - y)`: the average gain of Opti-CAM. NaN if the score rises and is not a
   * probability. https://arxiv.org/abs/2301.07002
   */
  readonly gain: number;
  /** Whether the score rose. */
  readonly increased: boolean;
}

/**
 * Measures how the score changes when the image is seen only through its map. The means over many images are the average drop, gain and
 * increase. A map that is 1 everywhere loses nothing, so use another metric as well.
 *
 * @param images `[N, H, W, C]`, preprocessed; these values are multiplied by the maps. The caller keeps them.
 * @example
 * ```ts
 * const changes = await confidenceChange(model, images, await explain(model, images));
 * const drops = changes.map(({ relativeDrop }) => relativeDrop);
 * const averageDrop = drops.reduce((sum, drop) => sum + drop, 0) / drops.length; // lower is better
 * ```
 */
export async function confidenceChange(
  model: Explainable,
  images: Tensor,
  explanations: readonly ClassMap[],
  options: MetricOptions = {},
): Promise<ConfidenceChange[]> {
  const found: ConfidenceChange[] = [];
  for (const subject of await subjectsOf(model, images, explanations, options)) {
    const { pixels, map, score, bounded } = subject;
    const [seen] = await subject.scores(1, () =>
      pixels.values.map((value, i) => value * map.values[Math.floor(i / pixels.colors)]!),
    );
    const change = seen! - score;
    const absoluteDrop = Math.max(0, -change);
    found.push({
      relativeDrop: absoluteDrop === 0 ? 0 : score > 0 ? absoluteDrop / score : Number.NaN,
      absoluteDrop,
      gain: change <= 0 ? 0 : bounded ? change / (1 - score) : Number.NaN,
      increased: change > 0,
    });
  }
  return found;
}

/** Measures the confidence change for the maps that are being measured. */
export const confidenceChangeOf = ({
  parts,
  images,
  explanations,
  options,
}: MetricInput): Promise<ConfidenceChange[]> =>
  confidenceChange(parts, images, explanations, options);

export const averageDropMetric: Metric = {
  better: 'lower',
  needs: 'probability',
  measure: async input =>
    (await input.once(confidenceChangeOf)).map(({ relativeDrop }) => relativeDrop),
};

export const averageIncreaseMetric: Metric = {
  better: 'higher',
  measure: async input =>
    (await input.once(confidenceChangeOf)).map(({ increased }) => Number(increased)),
};

export const averageGainMetric: Metric = {
  better: 'higher',
  needs: 'probability',
  measure: async input => (await input.once(confidenceChangeOf)).map(({ gain }) => gain),
};
