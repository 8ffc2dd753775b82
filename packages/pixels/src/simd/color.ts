import {
  add,
  type Code,
  count,
  type Frame,
  type Local,
  number,
  routine,
  vector,
} from './assembler';
import { interleaving } from './lanes';

const { add16, add32, and, dot, extendLow8, load, load64Zero, narrow16To8, narrow32To16 } = vector;
const { roundedProduct16, shiftLeft16, shiftRight32, shiftRightUnsigned16, shuffle } = vector;
const { splat16, splat32, spread16, store, subtract16 } = vector;

/** Chroma of 16 pixels, with 128 subtracted: 16-bit numbers of the even pixels, and of the odd pixels. */
type Chroma = readonly [even: Local, odd: Local];

const centered = (value: Code) => subtract16(value, splat16(128));
const evenBytes = (value: Code) => and(value, splat16(255));
const oddBytes = (value: Code) => shiftRightUnsigned16(value, 8);

/** Two factors with 16 fractional bits, to multiply pairs of 16-bit numbers by. */
const factors = (blue: number, red: number) =>
  splat32((Math.round(blue * 65536) & 0xffff) | (Math.round(red * 65536) << 16));

/** Multiplies by a factor with 15 fractional bits. For values from -128 to 127 the result is the same as with 16. */
const times = (value: Code, by: number) => roundedProduct16(value, splat16(Math.round(by * 32768)));

/**
 * Statements that convert 16 pixels to RGB and write them.
 *
 * @see libjpeg, jdcolor.c; the factors above 1/2 are reduced by whole numbers to fit 16 bits.
 */
function toColors(
  { vector: variable }: Frame,
  luma: Code,
  [blueness, redness]: readonly [Chroma, Chroma],
  target: Code,
): Code[] {
  const [pixels, y, sum] = Array.from({ length: 3 }, variable) as [Local, Local, Local];
  const colors = Array.from({ length: 3 }, () => [variable(), variable()]) as [Pair, Pair, Pair];
  const bytes = Array.from({ length: 3 }, variable) as [Local, Local, Local];
  const weights = factors(-0.34414, 1 - 0.71414);
  const of = (parity: 0 | 1): Code[] => {
    const [cb, cr] = [blueness[parity].get, redness[parity].get];
    const [red, green, blue] = colors.map(pair => pair[parity]) as [Local, Local, Local];
    const mixed = (first: number) =>
      shiftRight32(add32(dot(shuffle(cb, cr, interleaving(first)), weights), splat32(1 << 15)), 16);
    return [
      y.set((parity ? oddBytes : evenBytes)(pixels.get)),
      red.set(add16(add16(y.get, cr), times(cr, 0.402))),
      sum.set(narrow32To16(mixed(0), mixed(4))),
      green.set(add16(subtract16(y.get, cr), sum.get)),
      blue.set(add16(add16(y.get, add16(cb, cb)), times(cb, 1.772 - 2))),
    ];
  };
  const ordered = (part: number): Code => {
    const places = Array.from({ length: 16 }, (_, byte) => 16 * part + byte);
    // In a vector of one color, the bytes of the even pixels come before those of the odd pixels.
    const from = (place: number) => {
      const pixel = Math.floor(place / 3);
      return (pixel >> 1) + 8 * (pixel & 1);
    };
    const both = shuffle(
      bytes[0].get,
      bytes[1].get,
      places.map(place => from(place) + (place % 3 === 1 ? 16 : 0)),
    );
    return shuffle(
      both,
      bytes[2].get,
      places.map((place, at) => (place % 3 === 2 ? 16 + from(place) : at)),
    );
  };
  return [
    pixels.set(load(luma)),
    ...of(0),
    ...of(1),
    ...bytes.map((each, color) =>
      each.set(narrow16To8(colors[color]![0].get, colors[color]![1].get)),
    ),
    ...[0, 1, 2].map(part => store(target, ordered(part), 16 * part)),
  ];
}

type Pair = [Local, Local];

/** Converts rows of Y, Cb and Cr to RGB, 16 pixels at a time. Up to 15 pixels after the end of the row are overwritten. */
export const toRgb = routine(
  'toRgb',
  ['luma', 'blueness', 'redness', 'target', 'pixels'],
  (frame, { luma, blueness, redness, target, pixels }) => {
    const place = frame.integer();
    const chroma = [blueness, redness].map(row => ({
      row,
      both: [frame.vector(), frame.vector()] as Pair,
    }));
    const samples = frame.vector();
    return [
      count(
        place,
        pixels.get,
        [
          ...chroma.flatMap(({ row, both: [even, odd] }) => [
            samples.set(load(add(row.get, place.get))),
            even.set(centered(evenBytes(samples.get))),
            odd.set(centered(oddBytes(samples.get))),
          ]),
          ...toColors(
            frame,
            add(luma.get, place.get),
            chroma.map(({ both }) => both) as [Pair, Pair],
            target.get,
          ),
          target.set(add(target.get, number(48))),
        ],
        16,
      ),
    ];
  },
);

/**
 * Converts rows to RGB as `toRgb` does, for chroma with half as many samples across, and perhaps down. In both directions, a pixel's chroma
 * is 3/4 of the nearer sample plus 1/4 of the farther one. The routine reads up to 8 samples before a row and 15 after it.
 *
 * @param blueFar,redFar The next nearest row of chroma. Where chroma has all rows, the same row as `blueNear` and `redNear`.
 * @param even,odd What is added to the sums of 16 samples for even and odd pixels before the shift, to round them.
 * @see libjpeg, jdsample.c, h2v2_fancy_upsample
 */
export const upsampledToRgb = routine(
  'upsampledToRgb',
  ['luma', 'blueNear', 'blueFar', 'redNear', 'redFar', 'target', 'samples', 'even', 'odd'],
  (frame, { luma, blueNear, blueFar, redNear, redFar, target, samples, even, odd }) => {
    const place = frame.integer();
    const three = (value: Code) => add16(value, shiftLeft16(value, 1));
    const chroma = [
      [blueNear, blueFar],
      [redNear, redFar],
    ].map(([near, far]) => {
      const at = (row: Local, ahead: number) =>
        extendLow8(load64Zero(add(row.get, add(place.get, number(ahead)))));
      return {
        /** Weighted sums of the near row and the far row, for 8 samples that begin this many samples ahead. */
        sums: (ahead: number) => add16(three(at(near!, ahead)), at(far!, ahead)),
        before: frame.vector(),
        here: frame.vector(),
        next: frame.vector(),
        both: [frame.vector(), frame.vector()] as Pair,
      };
    });
    const [evenRounding, oddRounding, tripled] = [frame.vector(), frame.vector(), frame.vector()];
    // Eight 16-bit numbers from two vectors, starting at number 7 of the first vector or at number `from`.
    const after = (from: number) => Array.from({ length: 16 }, (_, byte) => 2 * from + byte);
    const mixed = (other: Code, rounding: Local) =>
      centered(shiftRightUnsigned16(add16(add16(tripled.get, other), rounding.get), 4));
    return [
      evenRounding.set(spread16(even.get)),
      oddRounding.set(spread16(odd.get)),
      ...chroma.flatMap(({ sums, before, here }) => [before.set(sums(-8)), here.set(sums(0))]),
      count(
        place,
        samples.get,
        [
          ...chroma.flatMap(({ sums, before, here, next, both }) => [
            next.set(sums(8)),
            tripled.set(three(here.get)),
            both[0].set(mixed(shuffle(before.get, here.get, after(7)), evenRounding)),
            both[1].set(mixed(shuffle(here.get, next.get, after(1)), oddRounding)),
            before.set(here.get),
            here.set(next.get),
          ]),
          ...toColors(
            frame,
            add(luma.get, add(place.get, place.get)),
            chroma.map(({ both }) => both) as [Pair, Pair],
            target.get,
          ),
          target.set(add(target.get, number(48))),
        ],
        8,
      ),
    ];
  },
);
