import type { Method } from './method';

/**
 * Recipro-CAM: the score that each position of the feature map yields alone, while all others are 0. It runs the second part of the model
 * once per position and needs no gradient. Byun & Lee 2022. https://arxiv.org/abs/2209.14074
 *
 * The score of an empty feature map is subtracted, so that the sign of a value has a meaning; scaled to 0 to 1, the map equals the paper's.
 * Before global average pooling and a linear layer it equals Grad-CAM.
 *
 * @example
 * ```ts
 * // On engines without the gradients of the model: 49 passes of its last layers for a map of 7 x 7.
 * const [{ map }] = await explain(model, images, { method: reciproCam() });
 * ```
 */
export const reciproCam = (): Method => ({
  needsGradient: false,
  map: async evidence => (await import('./recipro-cam-map')).placesAlone(evidence),
});
