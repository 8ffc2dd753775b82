import { type Method, oneOf } from './method';

export interface AblationCamOptions {
  /**
   * What replaces a channel. 'zero' (default), as in the paper; 'mean', the channel's mean over all positions, for taps before a layer
   * norm; 'pgc', as in pytorch-grad-cam: 0 if the image's smallest feature is 0, otherwise 1e7 below that feature.
   */
  readonly ablate?: 'zero' | 'mean' | 'pgc';
  /**
   * The weight of a channel. 'drop' (default): how much the score drops without the channel. 'paper': that drop divided
   * by the score, as in the paper and in pytorch-grad-cam. This gives the same map up to a factor if the score is
   * positive, but an inverted map if it is negative.
   */
  readonly variant?: 'drop' | 'paper';
}

/**
 * Ablation-CAM: each channel's weight is how much the score drops without the channel. It runs the second part of the model once per
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
