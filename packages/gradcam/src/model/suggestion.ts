import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type FeatureMap, hasPlaces, type TapSuggestion } from './feature-map';
import { featureMapsOf, readTokens, refuseTransformer } from './layers-model';
import type { PrepareOptions } from './prepared';

/**
 * Lists the layers worth tapping, the best first, with reasons. The first one is `prepareModel`'s default.
 *
 * @param output The output as for `prepareModel`. Default: the first.
 * @throws TapError for a transformer that is not from `@shroom/models`; `prepareModel` takes one with its `tokens`.
 * @example
 * ```ts
 * for (const { tap, height, width, stride, reason } of suggestTaps(model))
 *   console.log(`${tap}: ${height} x ${width}, stride ${stride}. ${reason}`);
 * ```
 */
export function suggestTaps(
  model: LayersModel,
  { output }: Pick<PrepareOptions, 'output'> = {},
): TapSuggestion[] {
  const tokens = readTokens(model, output);
  if (tokens.length > 0) return tokens;
  refuseTransformer(model, output);
  const maps = featureMapsOf(model, output).map(({ id, shape, operation }) => ({
    tap: id,
    kind: operation!.layer.getClassName(),
    height: shape[1] ?? null,
    width: shape[2] ?? null,
    channels: shape[3]!,
  }));
  const images = model.inputs.find(({ shape }) => shape.length === 4);
  return ranked(maps, images?.shape[1] ?? null);
}

/** Lists the last map, the last convolution, and the last map of each size, the best first. */
export function ranked(all: readonly FeatureMap[], imageHeight: number | null): TapSuggestion[] {
  const maps = all.filter(hasPlaces);
  const last = maps.at(-1);
  if (!last) return [];
  const found = new Map<string, TapSuggestion>();
  const suggest = (map: FeatureMap, reason: string) => {
    if (found.has(map.tap)) return;
    const stride = imageHeight && map.height ? Math.round(imageHeight / map.height) : null;
    found.set(map.tap, { ...map, stride, reason });
  };
  suggest(last, 'The last feature map, from which the decision is made.');
  const convolution = maps.findLast(({ kind }) => /conv2d/i.test(kind));
  if (convolution)
    suggest(
      convolution,
      'The last convolution, before other layers change its output: a common choice.',
    );
  const places = (map: FeatureMap) => (map.height ?? 0) * (map.width ?? 0);
  let finest = places(last);
  for (const map of [...maps].reverse()) {
    if (places(map) <= finest) continue;
    finest = places(map);
    suggest(map, `The last of ${map.height} x ${map.width}: finer, and further from the decision.`);
  }
  return [...found.values()];
}
