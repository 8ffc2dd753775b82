import { ranked, type TapSuggestion } from '../model/suggestion';
import type { GraphModelLike, PrepareGraphOptions } from './model';
import { graphFeatureMaps, refuseTransformer } from './prepare';

/** `suggestTaps` for a `tf.GraphModel`; runs it once, on an image of zeros. */
export function suggestGraphTaps(
  model: GraphModelLike,
  options: Omit<PrepareGraphOptions, 'tap'> = {},
): TapSuggestion[] {
  refuseTransformer(model, options);
  const { maps, imageHeight } = graphFeatureMaps(model, options);
  return ranked(maps, imageHeight);
}
