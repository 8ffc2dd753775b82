/*
 * Curves that the drawing is shaped by. ECMAScript leaves the last bits of Math.sin, Math.pow and
 * Math.exp to each engine; these use +, -, *, / and sqrt alone, which IEEE 754 fixes to the bit.
 */

export function clamp(x: number, low = 0, high = 1): number {
  return Math.max(low, Math.min(high, x));
}

/** From a at t = 0 to b at t = 1. */
export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** 0 below the first edge, 1 above the second, smooth between. */
export function smoothstep(low: number, high: number, x: number): number {
  const t = clamp((x - low) / (high - low));
  return t * t * (3 - 2 * t);
}

/** A smooth hill: 1 at 0, 0 from -1 down and from 1 up. */
export function hill(x: number): number {
  const t = 1 - x * x;
  return t > 0 ? t * t : 0;
}

/** Sine of an angle in turns (1 is a full circle), within 1.1e-3: a parabola bent by its own square. */
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
