import { readFileSync } from 'node:fs';
import type { Pixels } from '../src/index';

/** What Pillow, torchvision and SciPy computed: see tools/reference/data.py. */
export const figures = JSON.parse(
  readFileSync(new URL('./reference/figures.json', import.meta.url), 'utf8'),
);

export const jpeg = readFileSync(new URL('./reference/waves.jpg', import.meta.url));

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

/** The largest and the mean absolute difference between values. */
export function difference(a: Uint8Array, b: Uint8Array): { most: number; mean: number } {
  if (a.length !== b.length) throw new Error(`${a.length} values and ${b.length}`);
  const apart = Array.from(a, (value, index) => Math.abs(value - b[index]!));
  return {
    most: Math.max(...apart),
    mean: apart.reduce((sum, value) => sum + value, 0) / apart.length,
  };
}
