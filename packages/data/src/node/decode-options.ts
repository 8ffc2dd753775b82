import { type BackgroundOptions, mostPixels, requireColor } from '../pictures/options';

/** How files are decoded to pixels. `pixelsVersion` identifies the defaults. */
export interface DecodeOptions extends BackgroundOptions {
  /**
   * Maximum number of pixels. A larger picture is refused before it is decoded. Default `mostPixels`, about 179 million.
   */
  readonly mostPixels?: number;
  /**
   * Whether drawings (SVG) are read, at the size that they state. Default false, because the statistics of drawings differ
   * from those of photos, and their pixels depend on the fonts of the machine.
   */
  readonly svg?: boolean;
}

export type DecodingLimits = Required<Pick<DecodeOptions, 'mostPixels' | 'svg'>>;

/** The options with their defaults. @throws RangeError naming the option. */
export function withDefaults(options: DecodeOptions): DecodeOptions & DecodingLimits {
  const limited = { mostPixels, svg: false, ...options };
  if (options.background) requireColor(options.background);
  if (!(limited.mostPixels > 0)) {
    throw new RangeError(`mostPixels should be above 0, not ${limited.mostPixels}.`);
  }
  return limited;
}
