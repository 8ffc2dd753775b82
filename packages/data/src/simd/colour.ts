import { add, type Code, count, kernel, type Local, number, vector } from './assembler';
import { interleaving } from './lanes';

const { add16, add32, dot, extendHigh8, extendLow8, load, load64Zero, narrow16To8 } = vector;
const { narrow32To16, or, shiftLeft16, shiftRight32, shiftRightUnsigned16, shuffle } = vector;
const { splat16, splat32, store, subtract16 } = vector;

/**
 * A row of chroma at twice its width, from the row that it lies in and the nearest other one: three quarters of the near
 * sample and one of the far, in both directions. Reads a sample before and 15 behind.
 *
 * @param even,odd What is added before sums of 16 samples are shifted down.
 * @see libjpeg, jdsample.c, h2v2_fancy_upsample
 */
export const upsample = kernel(
  'upsample',
  ['near', 'far', 'target', 'samples', 'even', 'odd'],
  (frame, { near, far, target, samples, even, odd }) => {
    const [place, doubled] = [frame.integer(), frame.integer()];
    const [before, here, behind, left, right] = Array.from({ length: 5 }, frame.vector);
    const three = (value: Code) => add16(value, shiftLeft16(value, 1));
    const sums = (shift: number) => {
      const at = (row: Local) =>
        extendLow8(load64Zero(add(row.get, add(place.get, number(shift)))));
      return add16(three(at(near)), at(far));
    };
    const mixed = (other: Local, rounding: Local) =>
      shiftRightUnsigned16(
        add16(add16(three(here!.get), other.get), vector.spread16(rounding.get)),
        4,
      );
    return [
      count(
        place,
        samples.get,
        [
          before!.set(sums(-1)),
          here!.set(sums(0)),
          behind!.set(sums(1)),
          left!.set(mixed(before!, even)),
          right!.set(mixed(behind!, odd)),
          doubled.set(add(target.get, add(place.get, place.get))),
          store(doubled.get, or(left!.get, shiftLeft16(right!.get, 8))),
        ],
        8,
      ),
    ];
  },
);

/** Of 16 fractional bits, two factors for pairs of 16-bit numbers. */
const factors = (blue: number, red: number) =>
  splat32((Math.round(blue * 65536) & 0xffff) | (Math.round(red * 65536) << 16));

/** Places that take every third byte of 48 from a vector; 16 elsewhere, which is the first of a second vector. */
const third = (part: number, colour: number) =>
  Array.from({ length: 16 }, (_, byte) => {
    const place = 16 * part + byte;
    return place % 3 === colour ? Math.floor(place / 3) : undefined;
  });

/**
 * Y, Cb and Cr to R, G and B, 16 pixels at a time; up to 15 more are written.
 *
 * @see libjpeg, jdcolor.c; the factors above 1/2 are reduced by whole numbers to fit 16 bits.
 */
export const toRgb = kernel(
  'toRgb',
  ['luma', 'blueness', 'redness', 'target', 'pixels'],
  (frame, { luma, blueness, redness, target, pixels }) => {
    const place = frame.integer();
    const [y, cb, cr, pairs, red, green, blue] = Array.from({ length: 7 }, frame.vector);
    const kept = Array.from({ length: 3 }, frame.vector);
    const parts = Array.from({ length: 3 }, frame.vector);
    const half = splat32(1 << 15);
    const centred = (value: Code) => subtract16(value, splat16(128));
    const weights = [factors(0, 0.402), factors(-0.34414, 1 - 0.71414), factors(1.772 - 2, 0)];
    const mixed = (weight: Code) => shiftRight32(add32(dot(pairs!.get, weight), half), 16);
    const half8 = (extend: typeof extendLow8): Code[] => [
      y!.set(extend(load(add(luma.get, place.get)))),
      cb!.set(centred(extend(load(add(blueness.get, place.get))))),
      cr!.set(centred(extend(load(add(redness.get, place.get))))),
      pairs!.set(shuffle(cb!.get, cr!.get, interleaving(0))),
      ...parts.map((each, colour) => each.set(mixed(weights[colour]!))),
      pairs!.set(shuffle(cb!.get, cr!.get, interleaving(4))),
      ...parts.map((each, colour) => each.set(narrow32To16(each.get, mixed(weights[colour]!)))),
      red!.set(add16(add16(y!.get, cr!.get), parts[0]!.get)),
      green!.set(add16(subtract16(y!.get, cr!.get), parts[1]!.get)),
      blue!.set(add16(add16(y!.get, add16(cb!.get, cb!.get)), parts[2]!.get)),
    ];
    const three = [red!, green!, blue!];
    const ordered = (part: number): Code => {
      const [r, g, b] = [0, 1, 2].map(colour => third(part, colour)) as [Places, Places, Places];
      const both = shuffle(
        red!.get,
        green!.get,
        r.map((from, at) => from ?? 16 + (g[at] ?? 0)),
      );
      return shuffle(
        both,
        blue!.get,
        b.map((from, at) => (from === undefined ? at : 16 + from)),
      );
    };
    return [
      count(
        place,
        pixels.get,
        [
          ...half8(extendLow8),
          ...kept.map((each, colour) => each.set(three[colour]!.get)),
          ...half8(extendHigh8),
          ...three.map((each, colour) => each.set(narrow16To8(kept[colour]!.get, each.get))),
          ...[0, 1, 2].map(part => store(target.get, ordered(part), 16 * part)),
          target.set(add(target.get, number(48))),
        ],
        16,
      ),
    ];
  },
);

type Places = (number | undefined)[];
