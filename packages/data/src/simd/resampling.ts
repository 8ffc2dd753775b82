import { add, type Code, count, kernel, load32, multiply, number, vector } from './assembler';

/** Bits of the lower part of a weight of 22: both parts fit the 16-bit products of `dot`, two places at a time. */
export const lowerBits = 11;

const half = vector.splat32(1 << 21);
const zero = 255;
const {
  add32,
  dot,
  extendHigh8,
  extendLow8,
  load,
  load32Splat,
  load64Zero,
  narrow16To8,
  narrow32To16,
  shiftLeft32,
  shiftRight32,
  shuffle,
  store,
  store32,
  swizzle,
} = vector;

// R G B r g b ... to R r, G g, B b in 16 bits each.
const pairedUp = vector.bytes(
  ...[0, zero, 3, zero, 1, zero, 4, zero, 2, zero, 5, zero, zero, zero, zero, zero],
);

/** @param pairs How many pairs all windows have; else they are counted. */
const acrossBy = (name: string, pairs?: number) =>
  kernel(
    name,
    ['source', 'sourceRow', 'target', 'targetRow', 'rows', 'places', 'starts', 'weights', 'many'],
    (frame, { source, sourceRow, target, targetRow, rows, places, starts, weights, many }) => {
      const [row, place, pair, from, weight] = Array.from({ length: 5 }, frame.integer);
      const [start, to] = [frame.integer(), frame.integer()];
      const [pixels, low, high] = Array.from({ length: 3 }, frame.vector);
      const accumulate = (index: number): Code[] => [
        pixels!.set(swizzle(load64Zero(from!.get, 6 * index), pairedUp)),
        low!.set(add32(low!.get, dot(pixels!.get, load32Splat(weight!.get, 8 * index)))),
        high!.set(add32(high!.get, dot(pixels!.get, load32Splat(weight!.get, 8 * index + 4)))),
      ];
      const window = pairs
        ? [
            ...Array.from({ length: pairs }, (_, each) => accumulate(each)).flat(),
            weight!.set(add(weight!.get, number(8 * pairs))),
          ]
        : [
            pair!.set(number(0)),
            count(pair!, many.get, [
              ...accumulate(0),
              from!.set(add(from!.get, number(6))),
              weight!.set(add(weight!.get, number(8))),
            ]),
          ];
      return [
        count(row!, rows.get, [
          weight!.set(weights.get),
          start!.set(starts.get),
          to!.set(target.get),
          place!.set(number(0)),
          count(place!, places.get, [
            from!.set(add(source.get, load32(start!.get))),
            low!.set(half),
            high!.set(vector.splat32(0)),
            ...window,
            low!.set(shiftRight32(add32(low!.get, shiftLeft32(high!.get, lowerBits)), 22)),
            low!.set(narrow32To16(low!.get, low!.get)),
            // Four bytes: the fourth is written over by the next place.
            store32(to!.get, narrow16To8(low!.get, low!.get)),
            start!.set(add(start!.get, number(4))),
            to!.set(add(to!.get, number(3))),
          ]),
          source.set(add(source.get, sourceRow.get)),
          target.set(add(target.get, targetRow.get)),
        ]),
      ];
    },
  );

/**
 * Rows to rows of another width. For each place of the result `starts` has where its window begins, in bytes, and
 * `weights` has for each pair of `many`: the lower parts of two weights, their upper parts.
 */
export const across = acrossBy('across');
/** The same for windows of three or four places, as small photos have them. */
export const acrossTwo = acrossBy('acrossTwo', 2);

/** Columns to columns of another height, 16 bytes at a time; a row may be written over by up to 15 bytes of the one before. */
export const down = kernel(
  'down',
  ['source', 'target', 'row', 'rows', 'starts', 'weights', 'pairs'],
  (frame, { source, target, row, rows, starts, weights, pairs }) => {
    const [y, x, pair, from, weight] = Array.from({ length: 5 }, frame.integer);
    const [a, b, mixed, lower, upper] = Array.from({ length: 5 }, frame.vector);
    const lows = Array.from({ length: 4 }, frame.vector);
    const highs = Array.from({ length: 4 }, frame.vector);
    const interleave = (first: number) =>
      Array.from({ length: 16 }, (_, index) => first + (index >> 1) + (index & 1 ? 16 : 0));
    const accumulate = (part: number, values: readonly number[]) => [
      mixed!.set(values),
      lows[part]!.set(add32(lows[part]!.get, dot(mixed!.get, lower!.get))),
      highs[part]!.set(add32(highs[part]!.get, dot(mixed!.get, upper!.get))),
    ];
    const low = shuffle(a!.get, b!.get, interleave(0));
    const high = shuffle(a!.get, b!.get, interleave(8));
    const sums = lows.map((each, part) =>
      shiftRight32(add32(half, add32(each.get, shiftLeft32(highs[part]!.get, lowerBits))), 22),
    );
    return [
      count(y!, rows.get, [
        x!.set(number(0)),
        count(
          x!,
          row.get,
          [
            from!.set(
              add(
                add(source.get, x!.get),
                multiply(row.get, load32(add(starts.get, multiply(y!.get, number(4))))),
              ),
            ),
            ...[...lows, ...highs].map(each => each.set(vector.splat32(0))),
            weight!.set(add(weights.get, multiply(multiply(y!.get, pairs.get), number(8)))),
            pair!.set(number(0)),
            count(pair!, pairs.get, [
              a!.set(load(from!.get)),
              b!.set(load(add(from!.get, row.get))),
              lower!.set(load32Splat(weight!.get)),
              upper!.set(load32Splat(weight!.get, 4)),
              ...accumulate(0, extendLow8(low)),
              ...accumulate(1, extendHigh8(low)),
              ...accumulate(2, extendLow8(high)),
              ...accumulate(3, extendHigh8(high)),
              from!.set(add(from!.get, multiply(row.get, number(2)))),
              weight!.set(add(weight!.get, number(8))),
            ]),
            store(
              add(target.get, x!.get),
              narrow16To8(narrow32To16(sums[0]!, sums[1]!), narrow32To16(sums[2]!, sums[3]!)),
            ),
          ],
          16,
        ),
        target.set(add(target.get, row.get)),
      ]),
    ];
  },
);
