import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Explainable } from '../model/source';
import { type Metric, remaking } from './metric';
import type { RandomizationOptions, RandomizationStage } from './randomized';

/**
 * Model randomization test: whether maps depend on what the network has learned. Layer after layer gets random weights, from the logits
 * down, and the maps are made again. Adebayo et al. 2018. https://arxiv.org/abs/1810.03292
 *
 * The random weights have the mean and the standard deviation of the learned ones. **The model's weights are changed while this function
 * runs** and restored afterwards, even after an error: do not use the model for anything else in the meantime.
 *
 * @param model The model whose weights are replaced. A `tf.GraphModel` is not allowed, because its weights are frozen.
 * @param parts The same model, or the result of preparing it.
 * @param images `[N, H, W, 3]`, preprocessed. The caller keeps them.
 * @example
 * ```ts
 * const stages = await randomization(model, model, images, { method: layerCam(), stages: 2 });
 * for (const { layer, similarity } of stages)
 *   console.log(`random from the logits to ${layer}: ${similarity[0].toFixed(2)}`); // near 1 is bad
 * ```
 */
export async function randomization(
  model: LayersModel,
  parts: Explainable,
  images: Tensor,
  options: RandomizationOptions = {},
): Promise<RandomizationStage[]> {
  return (await import('./randomized')).randomization(model, parts, images, options);
}

/** The score is the higher similarity of two stages: after the first layer was randomized, and after all layers. */
export const randomizationMetric: Metric = {
  better: 'lower',
  needs: 'model',
  remakes: true,
  measure: async input => {
    const { parts, images, explanations, options } = input;
    const how = { ...remaking(input), stages: 2 };
    const stages = await randomization(options.model!, parts, images, how);
    return explanations.map((_, image) =>
      Math.max(...stages.map(({ similarity }) => similarity[image]!)),
    );
  },
};
