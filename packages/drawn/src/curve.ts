/*
 * Curves that shape the drawing. ECMAScript does not fix the last bits of Math.sin, Math.pow and Math.exp; these curves use only +, -, *, /
 * and sqrt, whose results IEEE 754 fixes to the bit.
 */

export function clamp(x: number, low = 0, high = 1): number {
  return Math.max(low, Math.min(high, x));
}

/** Interpolates from a at t = 0 to b at t = 1. */
export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** Rises smoothly from 0 below the first edge to 1 above the second. */
export function smoothstep(low: number, high: number, x: number): number {
  const t = clamp((x - low) / (high - low));
  return t * t * (3 - 2 * t);
}

/** A smooth hill: 1 at 0, and 0 at -1 and below and at 1 and above. */
export function hill(x: number): number {
  const t = 1 - x * x;
  return t > 0 ? t * t : 0;
}

/** Sine of an angle in turns (1 is a full circle), within 1.1e-3: a parabola, corrected by its own square. */
export function sine(turns: number): number {
  const t = turns - Math.floor(turns);
  const half = t < 0.5 ? t : t - 0.5;
  const p = 16 * half * (0.5 - half);
  const s = p * (0.775 + 0.225 * p);
  return t < 0.5 ? s : -s;
}

/** Cosine of an angle in turns. */
export function cosine(turns: number): number {
  return sine(turns + 0.25);
}
