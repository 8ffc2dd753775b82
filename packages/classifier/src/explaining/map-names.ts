/**
 * Names of the kinds of heat map that a report can show.
 *
 * @example
 * ```ts
 * for (const map of mapNames) await train('photos', { map, out: `runs/${map}` });
 * ```
 */
export const mapNames = ['gradcam', 'last-convolution'] as const;
/**
 * The kind of heat map that a run draws: `gradcam` is Grad-CAM of the last feature map; `last-convolution` is Grad-CAM of the last
 * convolution, before its batch norm, in the JET colors.
 */
export type MapName = (typeof mapNames)[number];
