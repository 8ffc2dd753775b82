import { clamp, mix } from './curve.js';
import { lattice } from './noise.js';

/** Blurs `[size, size, channels]` by boxes of this radius, twice, which is near a Gaussian. */
export function soften(
  from: Float32Array,
  size: number,
  channels: number,
  radius: number,
): Float32Array {
  const reach = Math.max(1, Math.round(radius));
  const out = Float32Array.from(from);
  const line = new Float32Array(size);
  for (let pass = 0; pass < 2; pass++) {
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < size; i++) {
        box(out, line, i * size * channels + c, channels, size, reach);
      }
      for (let i = 0; i < size; i++) box(out, line, i * channels + c, size * channels, size, reach);
    }
  }
  return out;
}

/** A running mean along one line, its ends repeated. */
function box(
  values: Float32Array,
  line: Float32Array,
  start: number,
  step: number,
  length: number,
  reach: number,
): void {
  for (let i = 0, at = start; i < length; i++, at += step) line[i] = values[at]!;
  const first = line[0]!;
  const last = line[length - 1]!;
  let sum = first * (reach + 1);
  for (let i = 0; i < reach; i++) sum += line[Math.min(i, length - 1)]!;
  const inverse = 1 / (2 * reach + 1);
  for (let i = 0, at = start; i < length; i++, at += step) {
    sum += i + reach < length ? line[i + reach]! : last;
    values[at] = sum * inverse;
    sum -= i >= reach ? line[i - reach]! : first;
  }
}

/** What the camera does to light. */
export interface Exposure {
  readonly gain: number;
  /** Darkening of the corners, 0 to 1. */
  readonly vignette: number;
  /** Standard deviation of the sensor's noise, in bytes. */
  readonly grain: number;
  /** Multiplied onto red and divided from blue: the white balance. */
  readonly warmth: number;
  readonly seed: number;
}

/** Linear light `[size, size, 3]` to bytes: bright light rolls off, a root displays it. */
export function develop(light: Float32Array, size: number, exposure: Exposure): Uint8Array {
  const { gain, vignette, grain, warmth, seed } = exposure;
  const pixels = new Uint8Array(light.length);
  const balance = [gain * warmth, gain, gain / warmth];
  for (let y = 0, at = 0; y < size; y++) {
    const dy = (2 * y + 1) / size - 1;
    for (let x = 0; x < size; x++, at += 3) {
      const dx = (2 * x + 1) / size - 1;
      const corner = 0.5 * (dx * dx + dy * dy);
      const fall = 1 - vignette * corner * mix(0.4, 1, corner);
      // Noise of one sensor cell is mostly grey, partly its own colour's.
      const grey = lattice(x, y, seed) + lattice(x, y, seed + 1) - 1;
      for (let c = 0; c < 3; c++) {
        const value = light[at + c]! * balance[c]! * fall;
        const shown = Math.sqrt((value * (1 + 0.12 * value)) / (1 + 0.55 * value));
        const own = lattice(x, 3 * y + c, seed + 2) - 0.5;
        pixels[at + c] =
          clamp(1.12 * shown) * 255 + grain * (1.8 * grey + 1.2 * own) + 0.5 > 255
            ? 255
            : Math.max(0, clamp(1.12 * shown) * 255 + grain * (1.8 * grey + 1.2 * own) + 0.5);
      }
    }
  }
  return pixels;
}
