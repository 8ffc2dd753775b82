import type { Tensor } from '@tensorflow/tfjs-core';
import type { Explainable } from '../model/source';
import { type Metric, remaking } from './metric';
import type { InfidelityOptions, SensitivityOptions } from './perturbed';
import type { ClassMap } from './subject';

/**
 * Infidelity: how badly a map predicts how small changes of the image affect the score. It is the mean squared
 * difference between the score's decrease and the change times the map, at the scale that suits the map best. 0 is best.
 * Yeh et al. 2019. https://arxiv.org/abs/1901.09392
 *
 * The result is divided by the mean square of the decreases, so a map that predicts nothing scores 1.
 *
 * @param images `[N, H, W, C]`, preprocessed. The caller keeps them.
 * @example
 * ```ts
 * const tap = model.inputs[0].name;
 * const explanations = await explain(model, images, { method: integratedGradients(), tap });
 * const [error] = await infidelity(model, images, explanations, { samples: 100 }); // 0 is best, 1 predicts nothing
 * ```
 */
export async function infidelity(
  model: Explainable,
  images: Tensor,
  explanations: readonly ClassMap[],
  options: InfidelityOptions = {},
): Promise<number[]> {
  return (await import('./perturbed')).infidelity(model, images, explanations, options);
}

/**
 * Sensitivity: how much a barely visible change of the image can change the map. It is the largest change of the map, divided by the map's
 * size. 0 is best. Yeh et al. 2019. https://arxiv.org/abs/1901.09392
 *
 * @param images `[N, H, W, C]`, preprocessed. The caller keeps them.
 * @example
 * ```ts
 * const [moved] = await sensitivity(model, images, { method: layerCam(), tap: 'layer3', radius: 0.05 });
 * // moved is 0.1 if the map changes by a tenth of its size while pixels change by at most 5 % of the image's range
 * ```
 */
export async function sensitivity(
  model: Explainable,
  images: Tensor,
  options: SensitivityOptions = {},
): Promise<number[]> {
  return (await import('./perturbed')).sensitivity(model, images, options);
}

export const infidelityMetric: Metric = {
  better: 'lower',
  // `samples` in the options is for `sensitivity`, so it is left out here.
  measure: ({ parts, images, explanations, options: { samples: _, ...options } }) =>
    infidelity(parts, images, explanations, options),
};

export const sensitivityMetric: Metric = {
  better: 'lower',
  remakes: true,
  measure: input => {
    const { samples } = input.options;
    const how = { ...remaking(input), ...(samples !== undefined && { samples }) };
    return sensitivity(input.parts, input.images, how);
  },
};
