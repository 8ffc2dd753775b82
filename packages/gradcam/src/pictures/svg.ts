import { escapeMarkup } from '@shroom/formats';
import { dataAddress, type PhotoFile } from './address';
import type { Contour } from './contour';
import type { Color } from './outline';
import type { PicturePixels } from './picture';

export interface SvgOptions {
  /** What the picture is; screen readers say it, browsers show it beside the pointer. */
  readonly title: string;
  /** Text alternative: which class, and where the map is strong. */
  readonly description: string;
  /** In the pixels of the photo, drawn over it. Default none. */
  readonly contours?: readonly Contour[];
  /** Of the contours. Default white. */
  readonly color?: Color;
  /** Of the contours, in pixels on the screen at any size. Default 2. */
  readonly width?: number;
}

/**
 * A photo, or an overlay, with contours as paths that stay sharp at any size. One file that loads nothing.
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

/** The first tag of a picture and what screen readers say of it. */
export function opening(width: number, height: number, title: string, description: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeMarkup(`${title}. ${description}`)}">` +
    `<title>${escapeMarkup(title)}</title><desc>${escapeMarkup(description)}</desc>`
  );
}

/** Rings of a contour as the `d` of a path; to a hundredth of a pixel. */
function pathOf({ rings }: Contour): string {
  return rings
    .map(ring => `M${ring.map(([x, y]) => `${rounded(x)} ${rounded(y)}`).join('L')}Z`)
    .join('');
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
