import type { Method } from './method';

/**
 * Shapley-CAM: the weights of Grad-CAM minus half of the change of the gradient over the features: `mean(g - H A / 2)`, each channel's
 * Shapley value up to second order. Cai 2025. https://arxiv.org/abs/2501.06261
 *
 * The paper explains `logitPlusLogProbability`. For a logit after a linear layer the map equals Grad-CAM. The method needs second
 * derivatives of the second part; max pooling with a window has none.
 *
 * @throws GradientError with the name of the operation that has no second derivative.
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
