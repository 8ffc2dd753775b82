import { adccMetric, arccMetric } from './coherency';
import { complexityMetric, sparsenessMetric } from './concentration';
import { averageDropMetric, averageGainMetric, averageIncreaseMetric } from './confidence';
import { deletionMetric, insertionMetric } from './deletion';
import {
  energyInMaskMetric,
  intersectionOverUnionMetric,
  pointingGameMetric,
  rankAccuracyMetric,
} from './localization';
import type { Metric } from './metric';
import { randomizationMetric } from './randomization';
import { roadMetric } from './road';
import { infidelityMetric, sensitivityMetric } from './robustness';

/**
 * Every metric that `compare` knows, by name.
 *
 * @example
 * ```ts
 * import { metrics } from '@shroom/gradcam/metrics';
 *
 * for (const [name, { better, needs = 'nothing' }] of Object.entries(metrics))
 *   console.log(`${name}: better when ${better}, needs ${needs}`);
 * ```
 */
export const metrics = {
  road: roadMetric,
  insertion: insertionMetric,
  deletion: deletionMetric,
  averageDrop: averageDropMetric,
  averageIncrease: averageIncreaseMetric,
  averageGain: averageGainMetric,
  adcc: adccMetric,
  arcc: arccMetric,
  infidelity: infidelityMetric,
  energyInMask: energyInMaskMetric,
  pointingGame: pointingGameMetric,
  rankAccuracy: rankAccuracyMetric,
  intersectionOverUnion: intersectionOverUnionMetric,
  sensitivity: sensitivityMetric,
  randomization: randomizationMetric,
  sparseness: sparsenessMetric,
  complexity: complexityMetric,
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
