import {
  add,
  type Code,
  count,
  type Frame,
  type Local,
  load32,
  multiply,
  number,
  routine,
  vector,
} from './assembler';

/**
 * Bits of the lower part of a 22-bit weight. Weights are split into two parts so that each part fits the 16-bit products of `dot`,
 * which multiplies two positions at a time.
 */
export const lowerBits = 11;

/** How many rows are narrowed at once. Up to this many minus one may be read and written beyond the last row. */
export const rowsAtOnce = 4;

const half = vector.splat32(1 << 21);
const zero = 255;
const { add32, dot, extendHigh8, extendLow8, load, load32Splat, load64Zero } = vector;
const { narrow16To8, narrow32To16, shiftLeft32, shiftRight32, shuffle, store, store32Lane } =
  vector;
const { swizzle } = vector;

/** Sums of the products with both parts of the weights. */
class Sum {
  readonly #low: Local;
  readonly #high: Local;

  constructor({ vector }: Frame) {
    this.#low = vector();
    this.#high = vector();
  }

  get begin(): Code[] {
    return [this.#low.set(half), this.#high.set(vector.splat32(0))];
  }

  /** @param values Variable that holds pairs of 16-bit numbers. */
  add(values: Local, lower: Local, upper: Local): Code[] {
    return [
      this.#low.set(add32(this.#low.get, dot(values.get, lower.get))),
      this.#high.set(add32(this.#high.get, dot(values.get, upper.get))),
    ];
  }

  /** The sums, rounded to 32-bit integers. */
  get result(): Code {
    return shiftRight32(add32(this.#low.get, shiftLeft32(this.#high.get, lowerBits)), 22);
  }
}

/** Loads both parts of the weights of a pair into variables. */
const loadWeights = (lower: Local, upper: Local, weight: Code, pair = 0): Code[] => [
  lower.set(load32Splat(weight, 8 * pair)),
  upper.set(load32Splat(weight, 8 * pair + 4)),
];

// Reorders R G B r g b ... to R r, G g, B b, as 16-bit numbers.
const pairedUp = vector.bytes(
  ...[0, zero, 3, zero, 1, zero, 4, zero, 2, zero, 5, zero, zero, zero, zero, zero],
);

/** @param pairs Number of pairs of positions that every window has. Default: the routine takes it as a parameter. */
const acrossBy = (name: string, pairs?: number) =>
  routine(
    name,
    ['source', 'sourceRow', 'target', 'targetRow', 'rows', 'places', 'starts', 'weights', 'many'],
    (frame, { source, sourceRow, target, targetRow, rows, places, starts, weights, many }) => {
      const [row, place, pair, weight, start] = Array.from({ length: 5 }, frame.integer) as Five;
      const lines = Array.from({ length: rowsAtOnce }, () => ({
        from: frame.integer(),
        to: frame.integer(),
        sum: new Sum(frame),
      }));
      const at = frame.integer();
      const [pixels, lower, upper, bytes] = Array.from({ length: 4 }, frame.vector) as Four;
      const accumulate = (index: number): Code[] => [
        ...loadWeights(lower, upper, weight.get, index),
        ...lines.flatMap(({ from, sum }) => [
          pixels.set(swizzle(load64Zero(add(from.get, start.get), 6 * index), pairedUp)),
          ...sum.add(pixels, lower, upper),
        ]),
      ];
      const next = (variable: Local, by: number) => variable.set(add(variable.get, number(by)));
      const window = pairs
        ? [
            ...Array.from({ length: pairs }, (_, each) => accumulate(each)).flat(),
            next(weight, 8 * pairs),
          ]
        : [
            pair.set(number(0)),
            count(pair, many.get, [...accumulate(0), next(start, 6), next(weight, 8)]),
          ];
      const [a, b, c, d] = lines.map(({ sum }) => sum.result) as [Code, Code, Code, Code];
      return [
        count(
          row,
          rows.get,
          [
            ...lines.flatMap(({ from, to }, line) => [
              from.set(add(source.get, multiply(sourceRow.get, number(line)))),
              to.set(add(target.get, multiply(targetRow.get, number(line)))),
            ]),
            weight.set(weights.get),
            at.set(starts.get),
            place.set(number(0)),
            count(place, places.get, [
              start.set(load32(at.get)),
              ...lines.flatMap(({ sum }) => sum.begin),
              ...window,
              bytes.set(narrow16To8(narrow32To16(a, b), narrow32To16(c, d))),
              // Four bytes are stored. The next pixel overwrites the fourth, or it lies between two rows.
              ...lines.flatMap(({ to }, line) => [
                store32Lane(to.get, bytes.get, line),
                next(to, 3),
              ]),
              next(at, 4),
            ]),
            source.set(add(source.get, multiply(sourceRow.get, number(rowsAtOnce)))),
            target.set(add(target.get, multiply(targetRow.get, number(rowsAtOnce)))),
          ],
          rowsAtOnce,
        ),
      ];
    },
  );

/**
 * Resizes rows to another width. For each pixel of the result, `starts` holds where its window begins, in bytes, and `weights` holds for
 * each of `many` pairs the lower parts of two weights, then their upper parts. Rows of the result have at least one byte between them.
 */
export const across = acrossBy('across');
/** Resizes rows as `across` does, for windows of one or two pixels, which occur when a picture is enlarged. */
export const acrossOne = acrossBy('acrossOne', 1);
/** Resizes rows as `across` does, for windows of three or four pixels. */
export const acrossTwo = acrossBy('acrossTwo', 2);

/** @param pairs Number of pairs of positions that every window has. Default: the routine takes it as a parameter. */
const downBy = (name: string, pairs?: number) =>
  routine(
    name,
    ['source', 'sourceRow', 'target', 'row', 'rows', 'starts', 'weights', 'many'],
    (frame, { source, sourceRow, target, row, rows, starts, weights, many }) => {
      const [y, x, pair, from, first, weight] = Array.from({ length: 6 }, frame.integer) as Six;
      const [a, b, mixed] = Array.from({ length: 3 }, frame.vector) as [Local, Local, Local];
      const known = Array.from({ length: pairs ?? 1 }, () => [frame.vector(), frame.vector()]) as [
        Local,
        Local,
      ][];
      const sums = Array.from({ length: 4 }, () => new Sum(frame));
      const [s, t, u, v] = sums.map(({ result }) => result) as [Code, Code, Code, Code];
      const interleave = (first: number) =>
        Array.from({ length: 16 }, (_, index) => first + (index >> 1) + (index & 1 ? 16 : 0));
      const low = shuffle(a.get, b.get, interleave(0));
      const high = shuffle(a.get, b.get, interleave(8));
      const values = [extendLow8(low), extendHigh8(low), extendLow8(high), extendHigh8(high)];
      const accumulate = ([lower, upper]: [Local, Local]) => [
        a.set(load(from.get)),
        b.set(load(add(from.get, sourceRow.get))),
        ...sums.flatMap((sum, part) => [mixed.set(values[part]!), ...sum.add(mixed, lower, upper)]),
        from.set(add(from.get, multiply(sourceRow.get, number(2)))),
      ];
      const next = (variable: Local, by: number) => variable.set(add(variable.get, number(by)));
      const window = pairs
        ? known.flatMap(accumulate)
        : [
            weight.set(weights.get),
            pair.set(number(0)),
            count(pair, many.get, [
              ...loadWeights(...known[0]!, weight.get),
              ...accumulate(known[0]!),
              next(weight, 8),
            ]),
          ];
      return [
        count(y, rows.get, [
          first.set(add(source.get, multiply(sourceRow.get, load32(starts.get)))),
          ...(pairs
            ? known.flatMap(([lower, upper], index) =>
                loadWeights(lower, upper, weights.get, index),
              )
            : []),
          x.set(number(0)),
          count(
            x,
            row.get,
            [
              from.set(add(first.get, x.get)),
              ...sums.flatMap(({ begin }) => begin),
              ...window,
              store(add(target.get, x.get), narrow16To8(narrow32To16(s, t), narrow32To16(u, v))),
            ],
            16,
          ),
          next(starts, 4),
          weights.set(add(weights.get, multiply(many.get, number(8)))),
          target.set(add(target.get, row.get)),
        ]),
      ];
    },
  );

/** Resizes columns to another height, 16 bytes at a time. Up to 15 bytes after a row are written; the next row overwrites them. */
export const down = downBy('down');
export const downOne = downBy('downOne', 1);
export const downTwo = downBy('downTwo', 2);

type Four = [Local, Local, Local, Local];
type Five = [Local, ...Four];
type Six = [Local, ...Five];
