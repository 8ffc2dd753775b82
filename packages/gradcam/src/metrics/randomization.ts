import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Explainable } from '../model/source';
import { type Metric, remaking } from './metric';
import type { RandomizationOptions, RandomizationStage } from './randomized';

/**
 * Whether maps depend on what the network has learned: layer after layer gets random weights, from the logits down, and the maps
 * are made again. Adebayo et al. 2018. https://arxiv.org/abs/1810.03292
 *
 * The random weights have the mean and deviation of the learned ones. **The model is changed while this runs**, and has its own
 * weights back afterwards, whatever happens: use it for nothing else in between.
 *
 * @param model The model whose weights are replaced; not a `tf.GraphModel`, whose weights are frozen.
 * @param parts The same model, or what it was prepared to.
 * @param images `[N, H, W, 3]`, preprocessed; the caller's.
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

/** The likest of two stages counts: after the first layer, and after all. */
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
