import { readFileSync } from 'node:fs';
import type { HeatMap, Picture } from '../../src/index';

interface Figures {
  /** RGB bytes in base64. */
  readonly jet: string;
  /** For each of two images, by network: the map, the map at the photo's size, and the panels in base64. */
  readonly lastConvolution: Record<
    'normed' | 'depthwise',
    readonly { map: number[]; resized: number[]; panels: string }[]
  >;
  readonly contours: readonly { level: number; area: number }[];
}

/** Figures of PyTorch, OpenCV and contourpy; tools/reference/pictures.py writes them. */
export const figures: Figures = JSON.parse(
  readFileSync(new URL('../reference/pictures.json', import.meta.url), 'utf8'),
);

export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

export const mapOf = (values: readonly number[], height: number, width: number): HeatMap => ({
  values: Float32Array.from(values),
  height,
  width,
});

/** Noise that the reference figures have too, `[23, 19]` by default. */
export function photo(salt: number, height = 23, width = 19): Picture {
  const data = Uint8Array.from(
    { length: height * width * 3 },
    (_, index) => (index * 7919 + salt * 104729 + 13) % 256,
  );
  return { data, height, width };
}

/** One color everywhere. */
export const plain = (height: number, width: number, color: readonly number[]): Picture => ({
  data: Uint8Array.from({ length: height * width * 3 }, (_, place) => color[place % 3]!),
  height,
  width,
});
