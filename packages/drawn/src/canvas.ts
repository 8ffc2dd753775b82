import type { Color } from './color';

/** A square picture in linear light on which things are drawn one over another. */
export interface Canvas {
  readonly size: number;
  /** Linear light `[size, size, 3]`. */
  readonly light: Float32Array;
  /** Share of the earlier picture that is still visible at each pixel, `[size, size]`, 0 to 1. */
  readonly bare: Float32Array;
}

export function canvas(size: number): Canvas {
  return {
    size,
    light: new Float32Array(3 * size * size),
    bare: new Float32Array(size * size).fill(1),
  };
}

/** Draws a color over one pixel. */
export function lay(to: Canvas, at: number, [r, g, b]: Color, tone: number, alpha: number): void {
  const { light } = to;
  const keep = 1 - alpha;
  const k = alpha * tone;
  light[3 * at] = light[3 * at]! * keep + r * k;
  light[3 * at + 1] = light[3 * at + 1]! * keep + g * k;
  light[3 * at + 2] = light[3 * at + 2]! * keep + b * k;
  to.bare[at] = to.bare[at]! * keep;
}

/** Darkens one pixel, as a shadow does. */
export function dim(to: Canvas, at: number, by: number): void {
  const { light } = to;
  light[3 * at] = light[3 * at]! * by;
  light[3 * at + 1] = light[3 * at + 1]! * by;
  light[3 * at + 2] = light[3 * at + 2]! * by;
}

/** Calls a function for each pixel of the picture within `reach` of a point. */
export function around(
  { size }: Canvas,
  x: number,
  y: number,
  reach: number,
  visit: (at: number, dx: number, dy: number) => void,
): void {
  const left = Math.max(0, Math.floor(x - reach));
  const right = Math.min(size - 1, Math.ceil(x + reach));
  const bottom = Math.min(size - 1, Math.ceil(y + reach));
  for (let j = Math.max(0, Math.floor(y - reach)); j <= bottom; j++) {
    for (let i = left; i <= right; i++) visit(j * size + i, i + 0.5 - x, j + 0.5 - y);
  }
}
