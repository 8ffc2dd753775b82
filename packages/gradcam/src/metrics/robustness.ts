import type { Tensor } from '@tensorflow/tfjs-core';
import type { Explainable } from '../model/source';
import { type Metric, remaking } from './metric';
import type { InfidelityOptions, SensitivityOptions } from './perturbed';
import type { ClassMap } from './subject';

/**
 * How badly a map predicts what small changes of the image do to the score: the mean squared difference of the change times the
 * map, at the scale that suits the map best, and what the score loses. 0 is best. Yeh et al. 2019.
 * https://arxiv.org/abs/1901.09392
 *
 * It is divided by the mean square of the losses: a map that predicts nothing has 1.
 *
 * @param images `[N, H, W, C]`, preprocessed; the caller's.
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
 * How far a map can be moved by a change of the image that is hardly seen: the largest change of the map, divided by its size.
 * 0 is best. Yeh et al. 2019. https://arxiv.org/abs/1901.09392
 *
 * @param images `[N, H, W, C]`, preprocessed; the caller's.
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
  // The samples of the options are those of `sensitivity`.
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
