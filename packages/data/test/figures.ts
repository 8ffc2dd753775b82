import { readFileSync } from 'node:fs';

export { decoded, picture } from '../../pixels/test/figures';

/** What Pillow, torchvision and SciPy computed: see tools/reference/data.py. */
export const figures = JSON.parse(
  readFileSync(new URL('./reference/figures.json', import.meta.url), 'utf8'),
);

export const jpeg = readFileSync(new URL('./reference/waves.jpg', import.meta.url));

/** The largest and the mean absolute difference between values. */
export function difference(a: Uint8Array, b: Uint8Array): { most: number; mean: number } {
  if (a.length !== b.length) throw new Error(`${a.length} values and ${b.length}`);
  const apart = Array.from(a, (value, index) => Math.abs(value - b[index]!));
  return {
    most: Math.max(...apart),
    mean: apart.reduce((sum, value) => sum + value, 0) / apart.length,
  };
}
