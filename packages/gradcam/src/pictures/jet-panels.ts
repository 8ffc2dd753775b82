import { mean, mul } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { HeatMap } from '../explain';
import { customMethod, type Method } from '../methods/method';
import { featureMapsOf } from '../model/layers-model';
import type { PrepareOptions } from '../model/prepared';
import { TapError } from '../model/tap';
import { blend } from './blend';
import { jet } from './jet';
import {
  colorize,
  normalizeMap,
  type Picture,
  type PicturePixels,
  resizeMap,
  sideBySide,
} from './picture';

const convolutions = new Set(['Conv2D', 'DepthwiseConv2D', 'SeparableConv2D']);

/**
 * Finds the layer that many scripts tap, because they look for the last `Conv2D` of a network: in ResNet50 the last convolution, before its
 * batch norm; in ConvNeXt, whose later layers are linear, the last depthwise convolution. Use it as `prepareModel(model, { tap })`.
 *
 * @param output The output as for `prepareModel`. Default: the first.
 * @throws TapError when the logits do not depend on any convolution.
 * @example
 * ```ts
 * const tap = lastConvolution(model); // ResNet50: 'layer4.2.conv3'
 * const [{ map }] = await explain(model, images, { tap, method: meanGradCam() });
 * ```
 */
export function lastConvolution(
  model: LayersModel,
  { output }: Pick<PrepareOptions, 'output'> = {},
): string {
  const maps = featureMapsOf(model, output);
  const last = maps.findLast(({ operation }) =>
    convolutions.has(operation?.layer.getClassName() ?? ''),
  );
  if (last) return last.id;
  throw new TapError(
    `The model has none of ${[...convolutions].join(', ')} that its logits depend on. Its feature maps: ${maps.map(({ id }) => `'${id}'`).join(', ') || 'none'}.`,
  );
}

/**
 * Grad-CAM with the mean over the channels instead of their sum: the same map, divided by the number of channels.
 *
 * @example
 * ```ts
 * const [{ map }] = await explain(model, images, { method: meanGradCam() });
 * const panels = jetPanels(pixels, map);
 * ```
 */
export const meanGradCam = (): Method =>
  customMethod((features, gradient) => mean(mul(features, mean(gradient, [1, 2], true)), 3));

/**
 * Clips a map at 0, divides it by its maximum, and then resizes it bilinearly.
 *
 * @param size `[height, width]` in pixels.
 * @returns A map with values from 0 to 1; all 0 if the given map has no value above 0.
 * @example
 * ```ts
 * // Divided before it is resized: the largest value may end below 1.
 * const map = { values: Float32Array.of(0, 2, 0), height: 1, width: 3 };
 * resizeNormalized(map, [1, 2]).values; // [0.25, 0.25]
 * ```
 */
export function resizeNormalized(map: HeatMap, size: readonly [number, number]): HeatMap {
  return resizeMap(normalizeMap(map), size);
}

/**
 * Draws side by side the photo, the heat map in JET, and both blended 0.7 to 0.3, as `cv2.applyColorMap` and `cv2.addWeighted` draw them.
 *
 * @param map A map of any size and scale, as `explain` returns it with `method: meanGradCam()`.
 * @param gap White space between the panels, in pixels. Default 6.
 * @example
 * ```ts
 * const tap = lastConvolution(model);
 * const [{ map }] = await explain(model, images, { tap, method: meanGradCam() });
 * const panels = jetPanels(pixels, map); // three times as wide as the photo, and two gaps
 * ```
 */
export function jetPanels(photo: PicturePixels, map: HeatMap, gap = 6): Picture {
  const resized = resizeNormalized(map, [photo.height, photo.width]);
  // OpenCV receives bytes, and the conversion to bytes truncates fractions.
  const steps = { ...resized, values: resized.values.map(value => Math.floor(255 * value) / 255) };
  const heat = colorize(steps, jet);
  return sideBySide([photo, heat, blend(photo, heat)], gap);
}
