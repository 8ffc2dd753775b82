import { type Method, oneOf } from './method';

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
 *
 * @example
 * ```ts
 * // Before a layer norm 0 is no neutral value: a channel is replaced with its mean.
 * const method = ablationCam({ ablate: 'mean' });
 * const [{ map }] = await explain(model, images, { method, tap: 'stages.2' });
 * ```
 */
export function ablationCam(options: AblationCamOptions = {}): Method {
  const { ablate = 'zero', variant = 'drop' } = options;
  oneOf(ablate, ['zero', 'mean', 'pgc'], 'ablate');
  oneOf(variant, ['drop', 'paper'], 'variant');
  return {
    needsGradient: false,
    map: async evidence =>
      (await import('./ablation-cam-map')).withoutChannels(evidence, ablate, variant),
  };
}
