import { type Method, oneOf } from './method';

/**
 * Score-CAM: each channel is laid over the image as a mask, and weighed by the softmax of the scores that the model then
 * gives. One pass of the whole model for each channel. Wang et al. 2020. https://arxiv.org/abs/1910.01279
 *
 * Masks are resized corner to corner and scaled to 0 to 1, as pytorch-grad-cam has it.
 */
export const scoreCam = (): Method => ({
  needsGradient: false,
  map: async evidence => (await import('./perturbation-map')).seenThroughChannels(evidence),
});

export interface AblationCamOptions {
  /**
   * What a channel is replaced with. 'zero' (default), as in the paper; 'mean', the channel's own mean over the places, for
   * taps before a layer norm; 'pgc', as in pytorch-grad-cam: 0 where the image's smallest feature is 0, and 1e7 below it
   * otherwise.
   */
  readonly ablate?: 'zero' | 'mean' | 'pgc';
  /**
   * What a channel weighs. 'drop' (default): what the score loses without it. 'paper': that divided by the score, as in the paper and
   * in pytorch-grad-cam: the same map but for a factor where the score is above 0, turned upside down where it is below.
   */
  readonly variant?: 'drop' | 'paper';
}

/**
 * Ablation-CAM: each channel's weight is what the score loses without it. One pass of the second part of the model for each
 * channel. Desai & Ramaswamy 2020. https://doi.org/10.1109/WACV45572.2020.9093360
 */
export function ablationCam(options: AblationCamOptions = {}): Method {
  const { ablate = 'zero', variant = 'drop' } = options;
  oneOf(ablate, ['zero', 'mean', 'pgc'], 'ablate');
  oneOf(variant, ['drop', 'paper'], 'variant');
  return {
    needsGradient: false,
    map: async evidence =>
      (await import('./perturbation-map')).withoutChannels(evidence, ablate, variant),
  };
}

/**
 * Recipro-CAM: how much of the score one place of the feature map gives alone, all others being 0. One pass of the second
 * part of the model for each place, no gradient. Byun & Lee 2022. https://arxiv.org/abs/2209.14074
 *
 * The score of an empty feature map is taken off, so that places are comparable in sign; scaled to 0 to 1 the map is the
 * paper's. Behind global average pooling and a linear layer it is Grad-CAM.
 */
export const reciproCam = (): Method => ({
  needsGradient: false,
  map: async evidence => (await import('./perturbation-map')).placesAlone(evidence),
});
