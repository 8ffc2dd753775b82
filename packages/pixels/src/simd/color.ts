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

/** Chroma of 16 pixels, without the 128 that stand for 0: 16-bit numbers of the even pixels, and of the odd ones. */
type Chroma = readonly [even: Local, odd: Local];

const centered = (value: Code) => subtract16(value, splat16(128));
const evenBytes = (value: Code) => and(value, splat16(255));
const oddBytes = (value: Code) => shiftRightUnsigned16(value, 8);

/** 16 fractional bits of two factors, for pairs of 16-bit numbers. */
const factors = (blue: number, red: number) =>
  splat32((Math.round(blue * 65536) & 0xffff) | (Math.round(red * 65536) << 16));

/** 15 fractional bits: for -128 to 127 they give the same as 16. */
const times = (value: Code, by: number) => roundedProduct16(value, splat16(Math.round(by * 32768)));

/**
 * Statements that write 16 pixels.
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
    // Of a color the bytes of the even pixels come first.
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

/** Rows of Y, Cb and Cr to R, G and B, 16 pixels at a time; up to 15 more are written. */
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
 * The same where chroma has half as many samples across, and maybe down: pixels get three quarters of the near sample and one
 * of the far, in both directions. Reads 8 samples before a row and 15 after it.
 *
 * @param blueFar,redFar The nearest other rows; where chroma has all rows, the same.
 * @param even,odd What is added before sums of 16 samples are shifted down.
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
        /** Of both rows, 8 samples from so many places ahead. */
        sums: (ahead: number) => add16(three(at(near!, ahead)), at(far!, ahead)),
        before: frame.vector(),
        here: frame.vector(),
        next: frame.vector(),
        both: [frame.vector(), frame.vector()] as Pair,
      };
    });
    const [evenRounding, oddRounding, tripled] = [frame.vector(), frame.vector(), frame.vector()];
    // Eight numbers of 16 bits, from the seventh of the first vector or the first one on.
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
