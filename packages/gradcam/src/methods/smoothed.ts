import { mapOfImages } from './map-of-images';
import { atLeastOne, atLeastZero, innerMethod, type Method, oneOf } from './method';
import type { SmoothedOptions } from './noisy-copies';

export interface SmoothedFormOptions extends SmoothedOptions {
  /** What is computed of the maps: their `mean` (SmoothGrad), the mean of their squares (`squared`, captum's smoothgrad_sq), or their `variance` (VarGrad). Default `mean`. */
  readonly form?: 'mean' | 'squared' | 'variance';
}

/**
 * SmoothGrad: the mean of a method's maps over noisy copies of the image, or the mean of their squares, or their variance. The original uses `saliency()` with the tap at the images.
 * Smilkov et al. 2017. https://arxiv.org/abs/1706.03825
 *
 * Each map is computed from the features of its own noisy copy. {@link smoothGradCamPlusPlus} averages derivatives instead.
 *
 * @param method Any explanation method.
 * @example
 * ```ts
 * const method = smoothed(saliency(), { samples: 50, noise: 0.15 }); // SmoothGrad
 * const spread = smoothed(integratedGradients(), { form: 'variance' }); // VarGrad of another method
 * const [{ map }] = await explain(model, images, { method, tap: model.inputs[0].name });
 * ```
 */
export function smoothed(method: Method, options: SmoothedFormOptions = {}): Method {
  innerMethod(method, 'smoothed');
  const form = oneOf(options.form ?? 'mean', ['mean', 'squared', 'variance'], 'form');
  const samples = atLeastOne(options.samples ?? 16, 'samples');
  atLeastZero(options.noise ?? 0, 'noise');
  return {
    needsGradient: false,
    map: async evidence =>
      (await import('./smoothed-map')).overCopies(
        evidence,
        copy => mapOfImages(method, evidence, copy),
        { ...options, form, samples },
      ),
  };
}
