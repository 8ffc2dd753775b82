import type { HeatMap } from '../explain';
import { resizeMap } from './picture';

/**
 * Scales a map linearly to 0 to 1, as pytorch-grad-cam's `scale_cam_image`. A constant map becomes 0.
 *
 * @example
 * ```ts
 * scaleMap({ values: Float32Array.of(2, 4, 6), height: 1, width: 3 }).values; // [0, 0.5, 1]
 * ```
 */
export function scaleMap(map: HeatMap): HeatMap {
  const low = map.values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = map.values.reduce((most, value) => Math.max(most, value), -Infinity);
  return { ...map, values: map.values.map(value => (value - low) / (1e-7 + high - low)) };
}

/**
 * Combines the maps of several taps of one image. Each map is clipped at 0, scaled and resized; the mean of the maps is scaled again. A
 * single map is finished in the same way as in pytorch-grad-cam.
 *
 * @param maps At least one map, of any sizes.
 * @param size `[height, width]` in pixels.
 * @returns A map with values from 0 to 1.
 * @example
 * ```ts
 * const [last] = await explain(model, images, { tap: 'layer4' });
 * const [earlier] = await explain(model, images, { tap: 'layer3' });
 * const fused = fuseMaps([last.map, earlier.map], [224, 224]);
 * ```
 */
export function fuseMaps(maps: readonly HeatMap[], size: readonly [number, number]): HeatMap {
  const [height, width] = size;
  const values = new Float32Array(height * width);
  for (const map of maps) {
    const clipped = { ...map, values: map.values.map(value => Math.max(0, value)) };
    const resized = resizeMap(scaleMap(clipped), size);
    for (let i = 0; i < values.length; i++) values[i]! += resized.values[i]! / maps.length;
  }
  return scaleMap({ values, height, width });
}

/**
 * Finds the positions on which the maps of several taps agree: each map is finished as in {@link fuseMaps}, all are
 * multiplied, and the product is scaled again.
 *
 * With the maps of Grad-CAM++ the result is Refine-CAM. https://arxiv.org/abs/2605.14641
 *
 * @returns A map with values from 0 to 1.
 * @example
 * ```ts
 * const method = gradCamPlusPlus();
 * const [last] = await explain(model, images, { method, tap: 'layer4' });
 * const [earlier] = await explain(model, images, { method, tap: 'layer3' });
 * const refined = refineMaps([last.map, earlier.map], [224, 224]);
 * ```
 */
export function refineMaps(maps: readonly HeatMap[], size: readonly [number, number]): HeatMap {
  const finished = maps.map(map => fuseMaps([map], size));
  const [height, width] = size;
  const values = new Float32Array(height * width).fill(1);
  for (const map of finished) {
    for (let i = 0; i < values.length; i++) values[i]! *= map.values[i]!;
  }
  return scaleMap({ values, height, width });
}
