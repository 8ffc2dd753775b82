import { clamp, mix } from './curve';
import { lattice } from './noise';

/** Blurs `[size, size, channels]` twice with a box of this radius, which approximates a Gaussian. */
export function soften(
  from: Float32Array,
  size: number,
  channels: number,
  radius: number,
): Float32Array {
  const reach = Math.max(1, Math.round(radius));
  const width = size * channels;
  const across = new Float32Array(from.length);
  const out = new Float32Array(from.length);
  for (const source of [from, out]) {
    for (let row = 0; row < size; row++) {
      for (let c = 0; c < channels; c++) {
        boxAcross(source, across, row * width + c, channels, size, reach);
      }
    }
    boxDown(across, out, width, size, reach);
  }
  return out;
}

/** Computes a running mean along one row, with the end values repeated outside. */
function boxAcross(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  length: number,
  reach: number,
): void {
  const end = start + (length - 1) * step;
  const ahead = reach * step;
  let sum = from[start]! * (reach + 1);
  for (let i = 0, at = start; i < reach; i++, at += step) sum += from[Math.min(at, end)]!;
  const inverse = 1 / (2 * reach + 1);
  for (let at = start; at <= end; at += step) {
    sum += from[Math.min(at + ahead, end)]!;
    to[at] = sum * inverse;
    sum -= from[Math.max(at - ahead, start)]!;
  }
}

/** Computes a running mean down all columns at once, row by row, because that order of memory access is faster. */
function boxDown(
  from: Float32Array,
  to: Float32Array,
  width: number,
  rows: number,
  reach: number,
): void {
  const sums = new Float64Array(width);
  const row = (y: number) => width * Math.max(0, Math.min(rows - 1, y));
  for (let y = -reach; y < reach; y++) {
    for (let x = 0, at = row(y); x < width; x++, at++) sums[x]! += from[at]!;
  }
  const inverse = 1 / (2 * reach + 1);
  for (let y = 0; y < rows; y++) {
    let enter = row(y + reach);
    let leave = row(y - reach);
    for (let x = 0, at = y * width; x < width; x++, at++, enter++, leave++) {
      const sum = sums[x]! + from[enter]!;
      to[at] = sum * inverse;
      sums[x] = sum - from[leave]!;
    }
  }
}

/** How the camera changes the light. */
export interface Exposure {
  readonly gain: number;
  /** Contrast: 0 leaves the light unchanged, 1 deepens shadows and brightens highlights. */
  readonly contrast: number;
  /** Darkening of the corners, 0 to 1. */
  readonly vignette: number;
  /** Standard deviation of the sensor's noise, in byte values. */
  readonly grain: number;
  /** White balance: red is multiplied by this factor and blue divided by it. */
  readonly warmth: number;
  readonly seed: number;
}

/** Converts linear light `[size, size, 3]` to bytes: highlights are compressed, and a square root is the display curve. */
export function develop(light: Float32Array, size: number, exposure: Exposure): Uint8Array {
  const { gain, contrast, vignette, grain, warmth, seed } = exposure;
  const pixels = new Uint8Array(light.length);
  const balance = [gain * warmth, gain, gain / warmth];
  for (let y = 0, at = 0; y < size; y++) {
    const dy = (2 * y + 1) / size - 1;
    for (let x = 0; x < size; x++, at += 3) {
      const dx = (2 * x + 1) / size - 1;
      const corner = 0.5 * (dx * dx + dy * dy);
      const fall = 1 - vignette * corner * mix(0.4, 1, corner);
      // The noise of a sensor cell is mostly gray, partly in the cell's own color.
      const gray = lattice(x, y, seed) + lattice(x, y, seed + 1) - 1;
      for (let c = 0; c < 3; c++) {
        const value = light[at + c]! * balance[c]! * fall;
        const root = 1.07 * Math.sqrt((value * (1 + 0.12 * value)) / (1 + 0.75 * value));
        const shown = root + contrast * root * (1 - root) * (2 * root - 0.9);
        const own = lattice(x, 3 * y + c, seed + 2) - 0.5;
        pixels[at + c] = clamp(255 * shown + grain * (1.8 * gray + 1.2 * own) + 0.5, 0, 255);
      }
    }
  }
  return pixels;
}
