import type { Tensor } from '@tensorflow/tfjs-core';
import type { Explainable } from '../model/source';
import type { CoherencyOptions, Composite } from './composites';
import type { Metric } from './metric';
import type { RoadOptions } from './road';
import type { ClassMap } from './subject';

/**
 * ADCC: average drop, coherency and complexity combined. Poppi et al. 2021. https://arxiv.org/abs/2104.10252
 *
 * @param images `[N, H, W, C]`, preprocessed. The caller keeps them.
 * @example
 * ```ts
 * const method = layerCam();
 * const explanations = await explain(model, images, { method });
 * const [{ score, extent }] = await adcc(model, images, explanations, { method }); // the same method
 * ```
 */
export async function adcc(
  model: Explainable,
  images: Tensor,
  explanations: readonly ClassMap[],
  options: CoherencyOptions = {},
): Promise<Composite[]> {
  return (await import('./composites')).adcc(model, images, explanations, options);
}

/**
 * ARCC: ADCC with ROAD instead of the average drop, because an image seen through its map is unlike anything that the model was trained on.
 * With `ties: 'together'` it equals pytorch-grad-cam's. https://arxiv.org/abs/2605.14641
 *
 * @param images `[N, H, W, C]`, preprocessed. The caller keeps them.
 * @example
 * ```ts
 * const method = gradCamPlusPlus();
 * const explanations = await explain(model, images, { method });
 * const [{ score }] = await arcc(model, images, explanations, { method, ties: 'together' });
 * ```
 */
export async function arcc(
  model: Explainable,
  images: Tensor,
  explanations: readonly ClassMap[],
  options: CoherencyOptions & Pick<RoadOptions, 'ties'> = {},
): Promise<Composite[]> {
  return (await import('./composites')).arcc(model, images, explanations, options);
}

/**
 * Measures how similar each map is to the map of the image seen through it, and how much of the image the map covers.
 *
 * @example
 * ```ts
 * const explanations = await explain(model, images);
 * const [{ coherency: alike, extent }] = await coherency(model, images, explanations);
 * // alike is 1 when the image seen through its map gets the same map; extent is the share of the image
 * ```
 */
export async function coherency(
  model: Explainable,
  images: Tensor,
  explanations: readonly ClassMap[],
  options: CoherencyOptions = {},
): Promise<Pick<Composite, 'coherency' | 'extent'>[]> {
  return (await import('./composites')).coherency(model, images, explanations, options);
}

export const adccMetric: Metric = {
  better: 'higher',
  needs: 'probability',
  remakes: true,
  measure: async input => (await import('./composites')).adccScores(input),
};

export const arccMetric: Metric = {
  better: 'higher',
  needs: 'probability',
  remakes: true,
  measure: async input => (await import('./composites')).arccScores(input),
};
