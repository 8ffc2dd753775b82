import { AdaptiveAverage } from './adaptive-average';
import { AttentionMix, AttentionWeights } from './attention';
import { BatchNorm } from './batch-norm';
import { Gelu } from './gelu';
import { LatentAttention } from './latent-attention';
import { LayerNorm } from './layer-norm';
import { LayerScale } from './layer-scale';
import { PatchTokens } from './patch-tokens';
import { register } from './register';
import { RotaryPositions } from './rotary-positions';
import { StochasticDepth } from './stochastic-depth';
import { TokenPooling } from './token-pooling';

const all = [
  AdaptiveAverage,
  AttentionMix,
  AttentionWeights,
  BatchNorm,
  Gelu,
  LatentAttention,
  LayerNorm,
  LayerScale,
  PatchTokens,
  RotaryPositions,
  StochasticDepth,
  TokenPooling,
];

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
  for (const layer of all) register(layer);
}
