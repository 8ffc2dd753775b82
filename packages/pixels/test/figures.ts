import { readFileSync } from 'node:fs';
import type { Pixels } from '../src/index';

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`./reference/${name}`, import.meta.url), 'utf8'));

/** What Pillow and torchvision computed: see tools/reference/data.py. */
export const figures = read('figures.json');

/** Files of every kind of BMP and what Pillow reads, in base64: see tools/reference/bitmaps.py. */
export const bitmaps: readonly Readonly<Record<'name' | 'file' | 'pixels', string>>[] =
  read('bitmaps.json');

/** The formula's picture, as the reference computes it. */
export function picture(height: number, width: number): Pixels {
  const data = new Uint8Array(height * width * 3);
  for (let y = 0, target = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++, target++) {
        const waves = (x * (c + 3) * 7 + y * (5 - c) * 5) % 256;
        const noise = (x * 7919 + y * 104729 + c * 31) % 23;
        data[target] = Math.min(255, Math.floor((Math.abs(waves - 128) * 2 * 10) / 11) + noise);
      }
    }
  }
  return { data, height, width };
}

export const decoded = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));
