import type { Method } from './method';

/**
 * Shapley-CAM: the weights of Grad-CAM, corrected by half of what the gradient changes by over the features:
 * `mean(g - H A / 2)`, which is each channel's Shapley value up to second order. Cai 2025. https://arxiv.org/abs/2501.06261
 *
 * The paper explains `logitPlusLogProbability`; of a logit after a linear layer it is Grad-CAM. Needs second derivatives of
 * the second part; max pooling with a window has none.
 *
 * @throws GradientError naming the operation that has no second derivative.
 * @example
 * ```ts
 * const target = logitPlusLogProbability; // as in the paper
 * const [{ map }] = await explain(model, images, { method: shapleyCam(), target });
 * ```
 */
export const shapleyCam = (): Method => ({
  needsGradient: false,
  map: async evidence => (await import('./shapley-cam-map')).shapleyMap(evidence),
});
