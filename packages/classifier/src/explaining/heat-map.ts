import type { Pixels } from '@shroom/data';
import { gradCam, type HeatMap, type Method } from '@shroom/gradcam';
import { jetPanels, meanGradCam } from '@shroom/gradcam/pictures';
import type { MapName } from './map-names';
import { panels } from './pictures';

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
