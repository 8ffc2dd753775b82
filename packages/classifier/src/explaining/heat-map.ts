import type { Pixels } from '@shroom/data';
import { gradCam, type HeatMap, type Method } from '@shroom/gradcam';
import { jetPanels, meanGradCam } from '@shroom/gradcam/pictures';
import { panels } from './pictures';

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

/** Options of the explanation for one kind of heat map, and how that kind is drawn. */
export interface MapStyle {
  readonly method: Method;
  readonly tap?: string;
  /** Draws the photo, the heat map, and an overlay of both. */
  draw(photo: Pixels, map: HeatMap): Pixels;
  /** Caption that tells readers how to read the pictures. @param what The explained class, in words. */
  note(what: string): string;
}

export const mapStyles: Readonly<Record<MapName, MapStyle>> = {
  gradcam: {
    method: gradCam(),
    draw: panels,
    note: what => `Grad-CAM of the last feature map for ${what}: bright places raised the score.`,
  },
  'last-convolution': {
    method: meanGradCam(),
    tap: 'last-convolution',
    draw: jetPanels,
    note: what =>
      `Grad-CAM of the last convolution, before its batch norm, for ${what}, in JET colors, mixed ` +
      '30 to 70 with the photo: red places raised the score most.',
  },
};
