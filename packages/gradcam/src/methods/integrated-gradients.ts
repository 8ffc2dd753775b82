import { type Baseline, checkedBaselines } from './baselines';
import { atLeastOne, type Method } from './method';

export interface IntegratedGradientsOptions {
  /** Number of points between the baseline and the image. Default 32. */
  readonly steps?: number;
  /** Where the path begins. The map of several baselines is the mean of their maps. Default `zero`. */
  readonly baseline?: Baseline | readonly Baseline[];
  /**
   * Receives the convergence delta of each image, as in captum: the sum of its map less the increase of the score from the baseline. It is 0
   * for infinitely many steps.
   */
  readonly onConvergenceDelta?: (deltas: Float32Array) => void;
}

/**
 * Integrated gradients from a baseline to the image. Summed over all positions, they equal the increase of the score. Sundararajan et al.
 * 2017. https://arxiv.org/abs/1703.01365
 *
 * The model can be tapped at the images or at any layer. The method computes one gradient per step and baseline, from the tap on.
 *
 * @example
 * ```ts
 * const tap = model.inputs[0].name; // looks at pixels
 * const method = integratedGradients({
 *   steps: 64,
 *   baseline: ['blur', { color: [0, 0, 0] }],
 *   onConvergenceDelta: ([delta]) => console.log(`the map lacks ${delta} of the score`),
 * });
 * const [{ signed }] = await explain(model, images, { method, tap });
 * ```
 */
export function integratedGradients(options: IntegratedGradientsOptions = {}): Method {
  const { steps = 32, onConvergenceDelta } = options;
  atLeastOne(steps, 'steps');
  const baselines = checkedBaselines(options.baseline ?? 'zero');
  return {
    needsGradient: false,
    map: async evidence =>
      (await import('./integrated-gradients-map')).integrated(
        evidence,
        { steps, baselines },
        onConvergenceDelta,
      ),
  };
}
