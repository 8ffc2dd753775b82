import { ranked, type TapSuggestion } from '../suggestion';
import { type GraphModelLike, type GraphSplitOptions, graphFeatureMaps } from './split';

/** `suggestTaps` for a `tf.GraphModel`; runs it once, on an image of zeros. */
export function suggestGraphTaps(
  model: GraphModelLike,
  options: Omit<GraphSplitOptions, 'tap'> = {},
): TapSuggestion[] {
  const { maps, imageHeight } = graphFeatureMaps(model, options);
  return ranked(maps, imageHeight);
}
