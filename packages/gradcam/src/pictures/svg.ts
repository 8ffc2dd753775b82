import { escapeMarkup } from '@shroom/formats';
import { dataAddress, type PhotoFile } from './address';
import type { Contour } from './contour';
import type { Color } from './outline';
import type { PicturePixels } from './picture';

export interface SvgOptions {
  /** Title of the picture. Screen readers say it, and browsers show it in a tooltip. */
  readonly title: string;
  /** Text alternative: which class, and where the map is strong. */
  readonly description: string;
  /** Contours that are drawn over the photo, in the photo's pixels. Default none. */
  readonly contours?: readonly Contour[];
  /** Color of the contours. Default white. */
  readonly color?: Color;
  /** Width of the contours in screen pixels, whatever the size of the picture. Default 2. */
  readonly width?: number;
}

/**
 * Draws a photo or an overlay, with contours as paths that stay sharp at any size. The SVG file loads nothing.
 *
 * @example
 * ```ts
 * const contours = contoursOf(normalizeMap(resizeMap(map, [pixels.height, pixels.width])), [0.5]);
 * const svg = await toSvg(pixels, {
 *   title: 'Amanita, 93 %',
 *   description: 'Strongest on the cap.',
 *   contours,
 * });
 * ```
 */
export async function toSvg(
  photo: PicturePixels | PhotoFile,
  options: SvgOptions,
): Promise<string> {
  const { title, description, contours = [], color = [255, 255, 255], width = 2 } = options;
  const paths = contours.map(
    contour =>
      `<path vector-effect="non-scaling-stroke" d="${pathOf(contour)}"><title>${escapeMarkup(`level ${contour.level}`)}</title></path>`,
  );
  return (
    `${opening(photo.width, photo.height, title, description)}` +
    `<image width="${photo.width}" height="${photo.height}" href="${await dataAddress(photo)}"/>` +
    `<g fill="none" stroke="rgb(${color.join()})" stroke-width="${width}" stroke-linejoin="round">${paths.join('')}</g>` +
    `</svg>\n`
  );
}

/** The opening tag of a picture, with its title and description for screen readers. */
export function opening(width: number, height: number, title: string, description: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeMarkup(`${title}. ${description}`)}">` +
    `<title>${escapeMarkup(title)}</title><desc>${escapeMarkup(description)}</desc>`
  );
}

/** Writes the rings of a contour as the `d` attribute of a path, to a hundredth of a pixel. */
function pathOf({ rings }: Contour): string {
  return rings
    .map(ring => `M${ring.map(([x, y]) => `${rounded(x)} ${rounded(y)}`).join('L')}Z`)
    .join('');
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
