import type { HeatMap } from '../explain';
import type { Metric } from './metric';

/**
 * Sparseness, how unequal the values of a map are: the Gini index, from 0 if all are equal to almost 1 if one position holds everything.
 * Chalasani et al. 2020. https://arxiv.org/abs/1810.06583
 *
 * @example
 * ```ts
 * sparseness({ values: Float32Array.of(0, 0, 0, 1), height: 2, width: 2 }); // 0.75
 * sparseness({ values: Float32Array.of(1, 1, 1, 1), height: 2, width: 2 }); // 0
 * ```
 */
export function sparseness({ values }: HeatMap): number {
  const sorted = Float64Array.from(values, Math.abs).sort();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  if (total === 0) return 0;
  const n = sorted.length;
  const weighted = sorted.reduce((sum, value, i) => sum + (2 * (i + 1) - n - 1) * value, 0);
  return weighted / (n * total);
}

/**
 * Complexity, over how many positions a map spreads: the entropy of its shares, from 0 if one position holds everything to `log` of the
 * number of positions. Bhatt et al. 2020. https://arxiv.org/abs/2005.00631
 *
 * @example
 * ```ts
 * complexity({ values: Float32Array.of(0, 0, 0, 1), height: 2, width: 2 }); // 0
 * complexity({ values: Float32Array.of(1, 1, 1, 1), height: 2, width: 2 }); // 1.386, the logarithm of 4
 * ```
 */
export function complexity({ values }: HeatMap): number {
  const total = values.reduce((sum, value) => sum + Math.abs(value), 0);
  if (total === 0) return 0;
  return values.reduce((sum, value) => {
    const share = Math.abs(value) / total;
    return share > 0 ? sum - share * Math.log(share) : sum;
  }, 0);
}

export const sparsenessMetric: Metric = {
  better: 'neither',
  measure: ({ explanations }) => explanations.map(({ map }) => sparseness(map)),
};

export const complexityMetric: Metric = {
  better: 'neither',
  measure: ({ explanations }) => explanations.map(({ map }) => complexity(map)),
};
