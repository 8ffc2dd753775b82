import { type Baseline, checkedBaselines } from './baselines';
import { atLeastOne, atLeastZero, type Method } from './method';

export interface GradientShapOptions {
  /** The images from which one is drawn for each sample. Default `zero`. */
  readonly baseline?: Baseline | readonly Baseline[];
  /** Number of samples. The method computes one gradient for each. Default 32. */
  readonly samples?: number;
  /** Standard deviation of noise that is added to the image, as a share of the image's range of values. Default 0. */
  readonly noise?: number;
  /** Seed, an integer. Default 0. Every image of a batch gets the same draws. */
  readonly seed?: number;
}

/**
 * GradientSHAP: gradients at random points between random baselines and the image, times the way between them. Its mean over many samples
 * estimates SHAP values. Lundberg & Lee 2017. https://arxiv.org/abs/1705.07874
 *
 * Use it with a model that is tapped at the images.
 *
 * @example
 * ```ts
 * const method = gradientShap({ baseline: ['mean', 'blur'], samples: 50, noise: 0.05 });
 * const [{ map }] = await explain(model, images, { method, tap: model.inputs[0].name });
 * ```
 */
export function gradientShap(options: GradientShapOptions = {}): Method {
  const { samples = 32, noise = 0, seed = 0 } = options;
  atLeastOne(samples, 'samples');
  atLeastZero(noise, 'noise');
  const baselines = checkedBaselines(options.baseline ?? 'zero');
  return {
    needsGradient: false,
    map: async evidence =>
      (await import('./gradient-shap-map')).sampled(evidence, { baselines, samples, noise, seed }),
  };
}
