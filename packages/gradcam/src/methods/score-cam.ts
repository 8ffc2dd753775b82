import type { Method } from './method';

/**
 * Score-CAM: each channel is laid over the image as a mask, and weighed by the softmax of the scores that the model then
 * gives. One pass of the whole model for each channel. Wang et al. 2020. https://arxiv.org/abs/1910.01279
 *
 * Masks are resized corner to corner and scaled to 0 to 1, as in pytorch-grad-cam.
 *
 * @example
 * ```ts
 * // A pass for each channel: hundreds or thousands, 32 at a time, until `signal` stops them.
 * const [{ map }] = await explain(model, images, { method: scoreCam(), batch: 32, signal });
 * ```
 */
export const scoreCam = (): Method => ({
  needsGradient: false,
  map: async evidence => (await import('./score-cam-map')).seenThroughChannels(evidence),
});
