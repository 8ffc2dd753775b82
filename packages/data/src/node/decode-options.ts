import { type BackgroundOptions, mostPixels, requireColor } from '../pictures/options';

/** How files become pixels. The defaults are those of `pixelsVersion`. */
export interface DecodeOptions extends BackgroundOptions {
  /** A picture of more pixels is refused before it is decoded. Default `mostPixels`, about 179 million. */
  readonly mostPixels?: number;
  /**
   * Whether drawings (SVG) are read, at the size that they name. Default false: a drawing has other statistics than a photo, and its
   * pixels depend on the fonts of the machine.
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
