import type { Pixels } from '@shroom/pixels';
import { type RandomStream, shuffled } from '../random';

export interface ColorJitterOptions {
  /** The brightness factor is drawn from `1 - brightness` to `1 + brightness`, at least 0. Default 0: unchanged. */
  readonly brightness?: number;
  /** The contrast factor is drawn in the same way. Default 0: unchanged. */
  readonly contrast?: number;
  /** The saturation factor is drawn in the same way. Default 0: unchanged. */
  readonly saturation?: number;
  /** The shift on the color wheel is drawn from `-hue` to `hue`, in turns, at most 0.5. Default 0. */
  readonly hue?: number;
}

/**
 * Changes brightness, contrast, saturation and hue in a random order, like torchvision's `ColorJitter`.
 *
 * @example
 * ```ts
 * colorJitter(pixels, randomStream('photo 7', 1), { brightness: 0.2, contrast: 0.2, hue: 0.05 });
 * ```
 */
export function colorJitter(
  pixels: Pixels,
  random: RandomStream,
  options: ColorJitterOptions = {},
): Pixels {
  const { brightness = 0, contrast = 0, saturation = 0, hue = 0 } = options;
  const steps: [number, (picture: Pixels, amount: number) => Pixels, number][] = [
    [brightness, adjustBrightness, 1],
    [contrast, adjustContrast, 1],
    [saturation, adjustSaturation, 1],
    [hue, adjustHue, 0],
  ];
  // All random numbers are drawn even if a change is off, so that switching one off does not affect the others.
  const drawn = steps.map(([reach, adjust, center]) => {
    const amount = random.between(Math.max(center - reach, center - 1), center + reach);
    return { reach, adjust, amount };
  });
  return shuffled(drawn, random).reduce(
    (picture, { reach, adjust, amount }) => (reach === 0 ? picture : adjust(picture, amount)),
    pixels,
  );
}

/**
 * Multiplies every value by a factor.
 *
 * @param factor 0 gives black, 1 the original picture.
 * @example
 * ```ts
 * const color = { data: Uint8Array.of(100, 150, 250), height: 1, width: 1 };
 * adjustBrightness(color, 1.2).data; // [120, 180, 255]
 * ```
 */
export const adjustBrightness = (pixels: Pixels, factor: number): Pixels =>
  blend(pixels, factor, () => 0);

/**
 * Blends the picture with its mean gray value.
 *
 * @param factor 0 gives the mean gray, 1 the original picture, more than 1 a higher contrast.
 * @example
 * ```ts
 * adjustContrast(pixels, 1.5); // more contrast
 * ```
 */
export function adjustContrast(pixels: Pixels, factor: number): Pixels {
  const { data } = pixels;
  let sum = 0;
  for (let place = 0; place < data.length; place += 3) sum += grayOf(data, place);
  const mean = Math.floor((3 * sum) / data.length + 0.5);
  return blend(pixels, factor, () => mean);
}

/**
 * Blends the picture with its gray version.
 *
 * @param factor 0 gives gray, 1 the original picture, more than 1 a higher saturation.
 * @example
 * ```ts
 * const red = { data: Uint8Array.of(255, 0, 0), height: 1, width: 1 };
 * adjustSaturation(red, 0).data; // [76, 76, 76]
 * ```
 */
export function adjustSaturation(pixels: Pixels, factor: number): Pixels {
  const { data } = pixels;
  return blend(pixels, factor, index => grayOf(data, index - (index % 3)));
}

/**
 * Shifts the hue of every color.
 *
 * @param turns Shift in turns of the color wheel, -0.5 to 0.5, rounded to a step of Pillow's 8-bit hue.
 * @example
 * ```ts
 * const red = { data: Uint8Array.of(255, 0, 0), height: 1, width: 1 };
 * adjustHue(red, 1 / 3).data; // [0, 255, 0]
 * ```
 */
export function adjustHue(pixels: Pixels, turns: number): Pixels {
  const { data, height, width } = pixels;
  const shift = Math.trunc(turns * 255) & 255;
  const result = new Uint8Array(data.length);
  for (let place = 0; place < data.length; place += 3) {
    const [h, s, v] = toHsv(data[place]!, data[place + 1]!, data[place + 2]!);
    result.set(toRgb((h + shift) & 255, s, v), place);
  }
  return { data: result, height, width };
}

/** Extrapolates from `other` (factor 0) through the picture (factor 1) in 32 bits, and clips as in Pillow. */
export function blend(pixels: Pixels, factor: number, other: (index: number) => number): Pixels {
  const { data, height, width } = pixels;
  const result = new Uint8ClampedArray(data.length);
  const share = Math.fround(factor);
  for (let index = 0; index < data.length; index++) {
    const from = other(index);
    result[index] = Math.trunc(Math.fround(from + Math.fround(share * (data[index]! - from))));
  }
  return { data: new Uint8Array(result.buffer), height, width };
}

/** Luma by ITU-R 601-2, in Pillow's fixed point. */
const grayOf = (data: Uint8Array, place: number): number =>
  (data[place]! * 19595 + data[place + 1]! * 38470 + data[place + 2]! * 7471 + 0x8000) >> 16;

type Triple = [number, number, number];

/** RGB to HSV, rounded to 32 bits where Pillow rounds. @see Pillow, src/libImaging/Convert.c, rgb2hsv_row */
function toHsv(red: number, green: number, blue: number): Triple {
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (spread === 0) return [0, 0, most];
  const { fround } = Math;
  const [r, g, b] = [red, green, blue].map(value => fround((most - value) / spread)) as Triple;
  const sector = fround(red === most ? b - g : green === most ? 2 + r - b : 4 + g - r);
  const hue = fround((sector / 6 + 1) % 1);
  return [Math.trunc(hue * 255), Math.trunc(fround(spread / most) * 255), most];
}

function toRgb(hue: number, saturation: number, value: number): Triple {
  const position = (hue * 6) / 255;
  const sector = Math.floor(position);
  const within = Math.fround(position - sector);
  const s = Math.fround(saturation / 255);
  const p = Math.round(value * (1 - s));
  const q = Math.round(value * (1 - s * within));
  const t = Math.round(value * (1 - s * (1 - within)));
  const wheel: readonly Triple[] = [
    [value, t, p],
    [q, value, p],
    [p, value, t],
    [p, q, value],
    [t, p, value],
    [value, p, q],
  ];
  return wheel[sector % 6]!;
}
