import { escapeMarkup } from '@shroom/formats';
import type { HeatMap } from '../explain';
import { dataAddress } from './address';
import { type ColorMap, inferno } from './colors';
import { colorize, type Picture } from './picture';
import { opening } from './svg';

/**
 * Draws a color map from its first color on the left to its last on the right, as pixels.
 *
 * @param size `[height, width]` in pixels. Default `[16, 256]`.
 * @example
 * ```ts
 * const bar = await encodePng(colorBar(inferno, [8, 128])); // 8 pixels high, 128 wide
 * ```
 */
export function colorBar(
  colors: ColorMap = inferno,
  size: readonly [number, number] = [16, 256],
): Picture {
  const [height, width] = size;
  const values = Float32Array.from({ length: height * width }, (_, place) =>
    width > 1 ? (place % width) / (width - 1) : 1,
  );
  const ramp: HeatMap = { values, height, width };
  return colorize(ramp, colors);
}

export interface LegendOptions {
  /** Value of the first color. Default 0. */
  readonly from?: number;
  /** Value of the last color. Default 1. */
  readonly to?: number;
  /** Meaning of the values, such as `share of the largest value`. */
  readonly label?: string;
  /** How many numbers stand along the scale, including its ends. Default 5. */
  readonly ticks?: number;
  readonly colors?: ColorMap;
}

/**
 * Draws a color map with a labeled scale, as SVG. The lettering has the color of the surrounding text.
 *
 * @example
 * ```ts
 * const svg = await legend({ from: 0, to: 100, label: '% of the largest value', ticks: 3 });
 * // 0, 50 and 100 below the colors
 * ```
 */
export async function legend(options: LegendOptions = {}): Promise<string> {
  const { from = 0, to = 1, label = '', ticks = 5, colors = inferno } = options;
  if (!(Number.isFinite(from) && Number.isFinite(to) && Number.isInteger(ticks) && ticks >= 2)) {
    throw new RangeError(
      `A legend should run between two finite numbers with at least 2 ticks; it has ${ticks} from ${from} to ${to}.`,
    );
  }
  const bar = { left: 24, top: label ? 26 : 6, width: 256, height: 16 };
  const [width, height] = [bar.width + 2 * bar.left, bar.top + bar.height + 24];
  const numbers = Array.from({ length: ticks }, (_, tick) => {
    const share = tick / (ticks - 1);
    const x = bar.left + share * bar.width;
    const value = Number((from + share * (to - from)).toPrecision(3));
    return (
      `<path d="M${x} ${bar.top + bar.height}v5" stroke="currentColor"/>` +
      `<text x="${x}" y="${bar.top + bar.height + 18}" text-anchor="middle">${value}</text>`
    );
  });
  const said = `From ${from} on the left to ${to} on the right.`;
  return (
    `${opening(width, height, label || 'Color scale', said)}` +
    `<g font-family="system-ui,'DejaVu Sans',sans-serif" font-size="12" fill="currentColor">` +
    (label ? `<text x="${bar.left}" y="17">${escapeMarkup(label)}</text>` : '') +
    `<image x="${bar.left}" y="${bar.top}" width="${bar.width}" height="${bar.height}" preserveAspectRatio="none" href="${await dataAddress(colorBar(colors, [1, 256]))}"/>` +
    `${numbers.join('')}</g></svg>\n`
  );
}
