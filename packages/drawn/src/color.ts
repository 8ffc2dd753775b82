import { clamp, mix } from './curve';
import type { Random } from './random';

/** Linear light, red, green and blue, 0 to 1. Light adds and multiplies in it, bytes do not. */
export type Color = readonly [red: number, green: number, blue: number];

/** `#rrggbb` to linear light; the display curve is taken as a square, whose root is exact. */
export function color(hex: string): Color {
  const channel = (at: number) => square(Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return [channel(1), channel(3), channel(5)];
}

/** From a at t = 0 to b at t = 1. */
export function blend(a: Color, b: Color, t: number): Color {
  return [mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)];
}

const square = (x: number) => x * x;

export function scale(a: Color, by: number): Color {
  return [a[0] * by, a[1] * by, a[2] * by];
}

/** A neighbor of a color: brightness, warmth and saturation each moved by up to `amount`. */
export function vary(a: Color, amount: number, { uniform }: Random): Color {
  const bright = 1 + uniform(-amount, amount);
  const warm = uniform(-amount, amount) * 0.5;
  // Nature is seldom more vivid than its portrait in a book.
  const saturation = 0.94 + uniform(-1.2 * amount, 0.3 * amount);
  const gray = 0.3 * a[0] + 0.5 * a[1] + 0.2 * a[2];
  const channel = (value: number, tint: number) =>
    clamp(mix(gray, value, saturation) * bright * tint, 0.002, 0.95);
  return [channel(a[0], 1 + warm), channel(a[1], 1), channel(a[2], 1 - warm)];
}
