import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Pixels } from '@shroom/data';
import { escapeMarkup } from '@shroom/formats';
import {
  colorize,
  type HeatMap,
  normalizeMap,
  overlay,
  resizeMap,
  sideBySide,
} from '@shroom/gradcam';
import sharp, { type Sharp } from 'sharp';

/** Photo, heat map and overlay side by side. */
export function panels(photo: Pixels, map: HeatMap): Pixels {
  const heat = normalizeMap(resizeMap(map, [photo.height, photo.width]));
  return sideBySide([photo, colorize(heat), overlay(photo, heat)]);
}

/** Adds a line of text below a picture. */
export function captioned(row: Pixels, caption: string): Sharp {
  const bar = Math.max(30, Math.round(row.width / 26));
  const text = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${row.width}" height="${bar}"><text x="12" y="${Math.round(bar * 0.68)}" ` +
      `font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="${Math.round(bar * 0.5)}" fill="#24211c">${escapeMarkup(caption)}</text></svg>`,
  );
  return rgb(row)
    .extend({ bottom: bar, background: '#ffffff' })
    .composite([{ input: text, top: row.height, left: 0 }]);
}

/** Wraps pixels in a sharp image. */
export const rgb = ({ data, width, height }: Pixels): Sharp =>
  sharp(data, { raw: { width, height, channels: 3 } });

export async function savePng(picture: Sharp, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await picture.png({ compressionLevel: 6 }).toFile(path);
}

/** A picture that is embedded in a page. */
export interface InlinePicture {
  /** A `data:` address. */
  readonly image: string;
  /** Width in pixels. */
  readonly width: number;
  readonly height: number;
}

/** @param most Largest width in pixels. Narrower pictures keep their size. */
export async function inline(picture: Pixels, most = 720): Promise<InlinePicture> {
  const small = rgb(picture).resize({ width: most, withoutEnlargement: true });
  const { data, info } = await small
    .jpeg({ quality: 82, mozjpeg: true })
    .toBuffer({ resolveWithObject: true });
  const image = `data:image/jpeg;base64,${data.toString('base64')}`;
  return { image, width: info.width, height: info.height };
}
