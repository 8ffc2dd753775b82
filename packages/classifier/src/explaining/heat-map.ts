import type { Pixels } from '@shroom/data';
import { gradCam, type HeatMap, type Method } from '@shroom/gradcam';
import { jetPanels, meanGradCam } from '@shroom/gradcam/pictures';
import { panels } from './pictures';

/**
 * Names of the heat maps that a report can show.
 *
 * @example
 * ```ts
 * for (const map of mapNames) await train('photos', { map, out: `runs/${map}` });
 * ```
 */
export const mapNames = ['gradcam', 'last-convolution'] as const;
/** Which heat maps a run draws: Grad-CAM of the last feature map, or of the last convolution, before its batch norm, in JET. */
export type MapName = (typeof mapNames)[number];

/** One way to make heat maps, and to draw them. */
export interface MapStyle {
  readonly method: Method;
  readonly tap?: string;
  /** Photo, heat map and both on top of each other. */
  draw(photo: Pixels, map: HeatMap): Pixels;
  /** What a reader of the pictures has to know. @param what Which class is explained. */
  note(what: string): string;
}

export const mapStyles: Readonly<Record<MapName, MapStyle>> = {
  gradcam: {
    method: gradCam(),
    draw: panels,
    note: what => `Grad-CAM of the last feature map for ${what}: bright places raised its score.`,
  },
  'last-convolution': {
    method: meanGradCam(),
    tap: 'last-convolution',
    draw: jetPanels,
    note: what =>
      `Grad-CAM of the last convolution, before its batch norm, for ${what}, in the colors of JET, 0.3 of ` +
      'them on 0.7 of the photo: red places raised its score most.',
  },
};
