import { clamp, mix } from './curve';
import type { Random } from './random';

/** A color in linear light: red, green and blue, 0 to 1. Colors can be added and multiplied in linear light, but not as bytes. */
export type Color = readonly [red: number, green: number, blue: number];

/** Converts `#rrggbb` to linear light. The display curve is approximated by a square, whose root is exact. */
export function color(hex: string): Color {
  const channel = (at: number) => square(Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return [channel(1), channel(3), channel(5)];
}

/** Interpolates from a at t = 0 to b at t = 1. */
export function blend(a: Color, b: Color, t: number): Color {
  return [mix(a[0], b[0], t), mix(a[1], b[1], t), mix(a[2], b[2], t)];
}

const square = (x: number) => x * x;

export function scale(a: Color, by: number): Color {
  return [a[0] * by, a[1] * by, a[2] * by];
}

/** Makes a similar color: brightness, warmth and saturation each change by up to `amount`. */
export function vary(a: Color, amount: number, { uniform }: Random): Color {
  const bright = 1 + uniform(-amount, amount);
  const warm = uniform(-amount, amount) * 0.5;
  // Real mushrooms are rarely more vivid than in a field guide.
  const saturation = 0.94 + uniform(-1.2 * amount, 0.3 * amount);
  const gray = 0.3 * a[0] + 0.5 * a[1] + 0.2 * a[2];
  const channel = (value: number, tint: number) =>
    clamp(mix(gray, value, saturation) * bright * tint, 0.002, 0.95);
  return [channel(a[0], 1 + warm), channel(a[1], 1), channel(a[2], 1 - warm)];
}
