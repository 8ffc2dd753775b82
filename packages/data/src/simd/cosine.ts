import { type Code, type Local, vector } from './assembler';
import { interleaving } from './lanes';

const { add16, add32, dot, narrow32To16, shiftRight32, shuffle, splat32, subtract32 } = vector;

/** For `shuffle`: 16-bit numbers of two vectors in turn, of the first half of each, and of the second. */
export const halves = [interleaving(0), interleaving(4)] as const;
type Half = (typeof halves)[number];
/** Which half of the even frequencies' vectors, and which of the odd ones'. */
type Chosen = readonly [Half, Half];

/** With 13 fractional bits. */
const fixed = (value: number) => Math.sign(value) * Math.round(Math.abs(value) * 8192);

/** Two factors, four times: of a number and its neighbour. Each is a sum of what is rounded alone. */
function factors(first: readonly number[], second: readonly number[]): Code {
  const [low, high] = [first, second].map(parts =>
    parts.reduce((sum, each) => sum + fixed(each), 0),
  ) as [number, number];
  return splat32((low & 0xffff) | (high << 16));
}

/**
 * One dimension of an inverse cosine transform, of one half of the columns: statements, and then sums with 13 more fractional
 * bits. Sample i is `even[i] + odd[i]`, the same from the end is their difference.
 */
type Transform = (
  frequencies: readonly Local[],
  chosen: Chosen,
) => { readonly before: Code[]; readonly even: Code[]; readonly odd: Code[] };

const mixing = (chosen: Chosen) =>
  chosen.map(half => (a: Local, b: Local) => shuffle(a.get, b.get, half)) as [Mix, Mix];
type Mix = (a: Local, b: Local) => Code;

/**
 * Eight samples, to the bit libjpeg's accurate integer transform, as its vector code computes it.
 *
 * @see Loeffler, Ligtenberg and Moschytz 1989, Practical Fast 1-D DCT Algorithms with 11 Multiplications
 */
export function eightSamples(variable: () => Local): Transform {
  const [sum73, sum51, z3, z4] = Array.from({ length: 4 }, variable) as Four;
  const [e0, e1, e2, e3] = Array.from({ length: 4 }, variable) as Four;
  const [o0, o1, o2, o3] = Array.from({ length: 4 }, variable) as Four;
  const [a, b] = [0.899976223, 2.562915447];
  return (x, chosen) => {
    const [even, odd] = mixing(chosen);
    const [x04, x26] = [even(x[0]!, x[4]!), even(x[2]!, x[6]!)];
    const [x71, x53] = [odd(x[7]!, x[1]!), odd(x[5]!, x[3]!)];
    const sums = odd(sum73, sum51);
    return {
      before: [
        sum73.set(add16(x[7]!.get, x[3]!.get)),
        sum51.set(add16(x[5]!.get, x[1]!.get)),
        e0.set(dot(x04, factors([1], [1]))),
        e1.set(dot(x04, factors([1], [-1]))),
        e2.set(dot(x26, factors([0.5411961], [0.5411961, -1.847759065]))),
        e3.set(dot(x26, factors([0.5411961, 0.765366865], [0.5411961]))),
        z3.set(dot(sums, factors([1.175875602, -1.96157056], [1.175875602]))),
        z4.set(dot(sums, factors([1.175875602], [1.175875602, -0.390180644]))),
        o0.set(add32(z3.get, dot(x71, factors([0.298631336, -a], [-a])))),
        o3.set(add32(z4.get, dot(x71, factors([-a], [1.50132111, -a])))),
        o1.set(add32(z4.get, dot(x53, factors([2.053119869, -b], [-b])))),
        o2.set(add32(z3.get, dot(x53, factors([-b], [3.072711026, -b])))),
      ],
      even: [
        add32(e0.get, e3.get),
        add32(e1.get, e2.get),
        subtract32(e1.get, e2.get),
        subtract32(e0.get, e3.get),
      ],
      odd: [o3.get, o2.get, o1.get, o0.get],
    };
  };
}

/** The same where the upper four frequencies are 0. */
export function eightSamplesOfFour(variable: () => Local): Transform {
  const [x02, x13] = [variable(), variable()];
  const [a, b, c, d] = [0.899976223, 2.562915447, 1.175875602, 0.5411961];
  return (x, chosen) => {
    const [even, odd] = mixing(chosen);
    const ofEven = (...second: number[]) => dot(x02.get, factors([1], second));
    const ofOdd = (first: number[], third: number[]) => dot(x13.get, factors(first, third));
    return {
      before: [x02.set(even(x[0]!, x[2]!)), x13.set(odd(x[1]!, x[3]!))],
      even: [ofEven(d, 0.765366865), ofEven(d), ofEven(-d), ofEven(-d, -0.765366865)],
      odd: [
        ofOdd([c, -0.390180644, 1.50132111, -a], [c]),
        ofOdd([c], [c, -1.96157056, 3.072711026, -b]),
        ofOdd([c, -0.390180644], [c, -b]),
        ofOdd([c, -a], [c, -1.96157056]),
      ],
    };
  };
}

const { cos, sin, PI } = Math;
/** What is left of a frequency, and of the one that looks like it, when neighbours are averaged. */
const averaged = (frequency: number) =>
  [cos((frequency * PI) / 16), -sin((frequency * PI) / 16)] as const;
/** Of the frequencies 1 and 3, at the first and the second of four samples. */
const waves = [
  [Math.SQRT2 * cos(PI / 8), Math.SQRT2 * cos((3 * PI) / 8)],
  [Math.SQRT2 * cos((3 * PI) / 8), -Math.SQRT2 * cos(PI / 8)],
] as const;

/** Four means of two of the eight samples each. */
export function fourMeans(variable: () => Local): Transform {
  const [e, f, x17, x35] = Array.from({ length: 4 }, variable) as Four;
  const times = (parts: readonly [number, number], by: number) =>
    factors([parts[0] * by], [parts[1] * by]);
  return (x, chosen) => {
    const [even, odd] = mixing(chosen);
    return {
      before: [
        e.set(dot(even(x[0]!, x[4]!), factors([1], []))),
        f.set(dot(even(x[2]!, x[6]!), factors([averaged(2)[0]], [averaged(2)[1]]))),
        x17.set(odd(x[1]!, x[7]!)),
        x35.set(odd(x[3]!, x[5]!)),
      ],
      even: [add32(e.get, f.get), subtract32(e.get, f.get)],
      odd: waves.map(([first, third]) =>
        add32(dot(x17.get, times(averaged(1), first)), dot(x35.get, times(averaged(3), third))),
      ),
    };
  };
}

/** The same where the upper four frequencies are 0. */
export function fourMeansOfFour(variable: () => Local): Transform {
  const [x02, x13] = [variable(), variable()];
  return (x, chosen) => {
    const [even, odd] = mixing(chosen);
    const second = averaged(2)[0];
    return {
      before: [x02.set(even(x[0]!, x[2]!)), x13.set(odd(x[1]!, x[3]!))],
      even: [second, -second].map(each => dot(x02.get, factors([1], [each]))),
      odd: waves.map(([first, third]) =>
        dot(x13.get, factors([averaged(1)[0] * first], [averaged(3)[0] * third])),
      ),
    };
  };
}

type Four = [Local, Local, Local, Local];

export const firstHalves: Chosen = [halves[0], halves[0]];

/** 32-bit samples of one half of the columns, shifted down by so many bits. */
export function samples(
  transform: Transform,
  frequencies: readonly Local[],
  chosen: Chosen,
  scale: number,
  keep: (place: number, value: Code) => Code,
): Code[] {
  const rounding = splat32(1 << (scale - 1));
  const scaled = (value: Code) => shiftRight32(add32(value, rounding), scale);
  const { before, even, odd } = transform(frequencies, chosen);
  const last = 2 * even.length - 1;
  return [
    ...before,
    ...even.flatMap((each, place) => [
      keep(place, scaled(add32(each, odd[place]!))),
      keep(last - place, scaled(subtract32(each, odd[place]!))),
    ]),
  ];
}

/** 16-bit samples of all columns. @param waiting Variables, as many as samples. */
export const allSamples = (
  transform: Transform,
  frequencies: readonly Local[],
  scale: number,
  waiting: readonly Local[],
  result: readonly Local[],
): Code[] => [
  ...samples(transform, frequencies, firstHalves, scale, (place, value) =>
    waiting[place]!.set(value),
  ),
  ...samples(transform, frequencies, [halves[1], halves[1]], scale, (place, value) =>
    result[place]!.set(narrow32To16(waiting[place]!.get, value)),
  ),
];
