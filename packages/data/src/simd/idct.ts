import { add, type Code, count, kernel, type Local, number, vector } from './assembler';
import { interleaving } from './lanes';

const { add16, add32, add8, dot, load, narrow32To16, shiftRight32, shuffle, splat32, store } =
  vector;
const { subtract32 } = vector;

const firstHalf = interleaving(0);
const secondHalf = interleaving(4);

/** Two factors with 13 fractional bits, four times; as in libjpeg. */
function factors(a: number, b: number): Code {
  const [low, high] = [Math.round(a * 8192), Math.round(b * 8192)];
  return splat32((low & 0xffff) | (high << 16));
}

const middle = vector.bytes(...Array(16).fill(128));

/**
 * Inverse cosine transform of blocks of 8 by 8 coefficients to rows of samples, in which the blocks stand side by side.
 * The blocks are 0 after it. To the bit libjpeg's accurate integer transform, as its vector code computes it.
 *
 * @see Loeffler, Ligtenberg and Moschytz 1989, Practical Fast 1-D DCT Algorithms with 11 Multiplications
 */
export const idct = kernel(
  'idct',
  ['blocks', 'end', 'target', 'row'],
  (frame, { blocks, end, target, row }) => {
    const at = frame.integer();
    const x = Array.from({ length: 8 }, frame.vector);
    const y = Array.from({ length: 8 }, frame.vector);
    const pass = passes(frame.vector);
    return [
      count(
        blocks,
        end.get,
        [
          ...x.map((each, index) => each.set(load(blocks.get, 16 * index))),
          ...x.map((_, index) => store(blocks.get, splat32(0), 16 * index)),
          // 2 more bits than the result has are kept in between; the transform is 8 times too large.
          ...pass(x, y, 13 - 2),
          ...transpose(y, x),
          ...pass(x, y, 13 + 2 + 3),
          ...transpose(y, x),
          at.set(target.get),
          ...[0, 2, 4, 6].flatMap(index => [
            y[0]!.set(add8(vector.narrow16ToSigned8(x[index]!.get, x[index + 1]!.get), middle)),
            vector.store64(at.get, y[0]!.get, 0),
            at.set(add(at.get, row.get)),
            vector.store64(at.get, y[0]!.get, 1),
            at.set(add(at.get, row.get)),
          ]),
          target.set(add(target.get, number(8))),
        ],
        128,
      ),
    ];
  },
);

/** Writes one dimension of the transform, from `x` to `y`, the results shifted down by so many bits. */
function passes(variable: () => Local) {
  const [sum73, sum51, z3, z4] = Array.from({ length: 4 }, variable) as Four;
  const evens = Array.from({ length: 4 }, variable) as Four;
  const odds = Array.from({ length: 4 }, variable) as Four;
  const waiting = Array.from({ length: 8 }, variable);
  const [e0, e1, e2, e3] = evens;
  const [o0, o1, o2, o3] = odds;
  return (x: readonly Local[], y: readonly Local[], scale: number): Code[] => {
    const half = splat32(1 << (scale - 1));
    const scaled = (value: Code) => shiftRight32(add32(value, half), scale);
    // Products have 32 bits: four of the eight numbers at a time.
    const butterflies = (which: readonly number[], keep: (place: number, value: Code) => Code) => {
      const mix = (a: Local, b: Local) => shuffle(a.get, b.get, which);
      const [x04, x26] = [mix(x[0]!, x[4]!), mix(x[2]!, x[6]!)];
      const [x71, x53] = [mix(x[7]!, x[1]!), mix(x[5]!, x[3]!)];
      const sums = mix(sum73, sum51);
      const [a, b] = [0.899976223, 2.562915447];
      return [
        e0.set(dot(x04, factors(1, 1))),
        e1.set(dot(x04, factors(1, -1))),
        e2.set(dot(x26, twoFactors(0.5411961, 0, 0.5411961, -1.847759065))),
        e3.set(dot(x26, twoFactors(0.5411961, 0.765366865, 0.5411961, 0))),
        z3.set(dot(sums, twoFactors(1.175875602, -1.96157056, 1.175875602, 0))),
        z4.set(dot(sums, twoFactors(1.175875602, 0, 1.175875602, -0.390180644))),
        o0.set(add32(z3.get, dot(x71, twoFactors(0.298631336, -a, 0, -a)))),
        o3.set(add32(z4.get, dot(x71, twoFactors(0, -a, 1.50132111, -a)))),
        o1.set(add32(z4.get, dot(x53, twoFactors(2.053119869, -b, 0, -b)))),
        o2.set(add32(z3.get, dot(x53, twoFactors(0, -b, 3.072711026, -b)))),
        ...(
          [
            [add32(e0.get, e3.get), o3],
            [add32(e1.get, e2.get), o2],
            [subtract32(e1.get, e2.get), o1],
            [subtract32(e0.get, e3.get), o0],
          ] as const
        ).flatMap(([even, odd], place) => [
          keep(place, scaled(add32(even, odd.get))),
          keep(7 - place, scaled(subtract32(even, odd.get))),
        ]),
      ];
    };
    return [
      sum73.set(add16(x[7]!.get, x[3]!.get)),
      sum51.set(add16(x[5]!.get, x[1]!.get)),
      ...butterflies(firstHalf, (place, value) => waiting[place]!.set(value)),
      ...butterflies(secondHalf, (place, value) =>
        y[place]!.set(narrow32To16(waiting[place]!.get, value)),
      ),
    ];
  };
}

type Four = [Local, Local, Local, Local];

/** Sums of factors that are rounded each, as libjpeg has them. */
function twoFactors(a: number, b: number, c: number, d: number): Code {
  const fixed = (value: number) => Math.sign(value) * Math.round(Math.abs(value) * 8192);
  return factors((fixed(a) + fixed(b)) / 8192, (fixed(c) + fixed(d)) / 8192);
}

/** Eight vectors of eight numbers: three perfect shuffles of 64 numbers. What was in `from` is lost. */
function transpose(from: readonly Local[], to: readonly Local[]): Code[] {
  const shuffled = (a: readonly Local[], b: readonly Local[]) =>
    [0, 1, 2, 3].flatMap(index => {
      const [one, other] = [a[index]!.get, a[index + 4]!.get];
      return [
        b[2 * index]!.set(shuffle(one, other, firstHalf)),
        b[2 * index + 1]!.set(shuffle(one, other, secondHalf)),
      ];
    });
  return [...shuffled(from, to), ...shuffled(to, from), ...shuffled(from, to)];
}
