import { ranked, type TapSuggestion } from '../suggestion';
import { type GraphModelLike, graphFeatureMaps, type PrepareGraphOptions } from './prepare';

/** `suggestTaps` for a `tf.GraphModel`; runs it once, on an image of zeros. */
export function suggestGraphTaps(
  model: GraphModelLike,
  options: Omit<PrepareGraphOptions, 'tap'> = {},
): TapSuggestion[] {
  const { maps, imageHeight } = graphFeatureMaps(model, options);
  return ranked(maps, imageHeight);
}
