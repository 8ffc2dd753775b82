import { AdaptiveAverage } from './adaptive-average';
import { BatchNorm } from './batch-norm';
import { Gelu } from './gelu';
import { LayerNorm } from './layer-norm';
import { LayerScale } from './layer-scale';
import { register } from './register';
import { StochasticDepth } from './stochastic-depth';

/**
 * Makes the package's own layers known to `tf.loadLayersModel`. Building a network does this too; a program that only loads a saved network
 * calls this function first. Repeated calls do no harm.
 *
 * @example
 * ```ts
 * import { loadLayersModel } from '@tensorflow/tfjs-layers';
 *
 * registerLayers();
 * const loaded = await loadLayersModel('https://example.org/convnext/model.json');
 * ```
 */
export function registerLayers(): void {
  for (const layer of [AdaptiveAverage, BatchNorm, Gelu, LayerNorm, LayerScale, StochasticDepth])
    register(layer);
}
