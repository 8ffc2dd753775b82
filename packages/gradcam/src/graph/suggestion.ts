import type { TapSuggestion } from '../model/feature-map';
import { ranked } from '../model/suggestion';
import type { GraphModelLike, PrepareGraphOptions } from './model';
import { graphFeatureMaps, refuseTransformer } from './prepare';

/**
 * Does what `suggestTaps` does for a `tf.GraphModel`. It runs the model once, on an image of zeros.
 *
 * @example
 * ```ts
 * import { loadGraphModel } from '@tensorflow/tfjs-converter';
 *
 * const graph = await loadGraphModel('/model/model.json');
 * for (const { tap, reason } of suggestGraphTaps(graph, { size: [224, 224] })) console.log(tap, reason);
 * ```
 */
export function suggestGraphTaps(
  model: GraphModelLike,
  options: Omit<PrepareGraphOptions, 'tap'> = {},
): TapSuggestion[] {
  refuseTransformer(model, options);
  const { maps, imageHeight } = graphFeatureMaps(model, options);
  return ranked(maps, imageHeight);
}
