import type { Method } from './method';

/**
 * Score-CAM: each channel masks the image, and is weighted by the softmax of the scores of the masked images. It runs the whole model once
 * per channel. Wang et al. 2020. https://arxiv.org/abs/1910.01279
 *
 * Masks are resized with aligned corners and scaled to 0 to 1, as in pytorch-grad-cam.
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
