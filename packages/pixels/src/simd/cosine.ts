import { type Code, type Local, vector } from './assembler';

const { add32, dot, narrow32To16, shiftRight32, splat32, subtract32 } = vector;

/** A factor as an integer with 13 fractional bits. */
const fixed = (value: number) => Math.sign(value) * Math.round(Math.abs(value) * 8192);

/**
 * Four copies of a pair of factors, one for a number and one for its neighbor. Each factor is a sum of constants
 * that are rounded one by one, as in libjpeg.
 */
function factors(first: readonly number[], second: readonly number[]): Code {
  const [low, high] = [first, second].map(parts =>
    parts.reduce((sum, each) => sum + fixed(each), 0),
  ) as [number, number];
  return splat32((low & 0xffff) | (high << 16));
}

/**
 * One dimension of an inverse cosine transform of four columns. Its sums have 13 more fractional bits than its input. Sample i is `even[i]
 * + odd[i]`, and the i-th sample from the end is `even[i] - odd[i]`.
 */
export interface Transform {
  /** Pairs of frequencies that are neighbors in a vector of 16-bit numbers. */
  readonly pairs: readonly (readonly [number, number])[];
  waves(pairs: readonly Local[]): { readonly even: Code[]; readonly odd: Code[] };
}

/** Pairs of all eight frequencies. */
export const allPairs = [
  [0, 4],
  [2, 6],
  [1, 7],
  [3, 5],
] as const;
/** Pairs of the lower four frequencies. */
export const lowPairs = [
  [0, 2],
  [1, 3],
] as const;

// Constants of libjpeg's jidctint.c: sums of cosines, each rounded.
const [c298, c390, c541, c765, c899] = [
  0.298631336, 0.390180644, 0.5411961, 0.765366865, 0.899976223,
] as const;
const [c1175, c1501, c1847, c1961] = [1.175875602, 1.50132111, 1.847759065, 1.96157056] as const;
const [c2053, c2562, c3072] = [2.053119869, 2.562915447, 3.072711026] as const;

/** Transforms to eight samples, bit for bit as libjpeg's accurate integer transform. */
export const eightSamples: Transform = {
  pairs: allPairs,
  waves: ([x04, x26, x17, x35]) => {
    const of = (pair: Local | undefined, first: number[], second: number[]) =>
      dot(pair!.get, factors(first, second));
    const [sum, difference] = [of(x04, [1], [1]), of(x04, [1], [-1])];
    const outer = of(x26, [c541, c765], [c541]);
    const inner = of(x26, [c541], [c541, -c1847]);
    const odd = (one: number[], seven: number[], three: number[], five: number[]) =>
      add32(of(x17, one, seven), of(x35, three, five));
    return {
      even: [
        add32(sum, outer),
        add32(difference, inner),
        subtract32(difference, inner),
        subtract32(sum, outer),
      ],
      odd: [
        odd([c1501, -c899, c1175, -c390], [c1175, -c899], [c1175], [c1175, -c390]),
        odd([c1175], [c1175, -c1961], [c3072, -c2562, c1175, -c1961], [c1175, -c2562]),
        odd([c1175, -c390], [c1175], [c1175, -c2562], [c2053, -c2562, c1175, -c390]),
        odd([c1175, -c899], [c298, -c899, c1175, -c1961], [c1175, -c1961], [c1175]),
      ],
    };
  },
};

/** Transforms to eight samples as `eightSamples` does, for blocks whose upper four frequencies are 0. */
export const eightSamplesOfFour: Transform = {
  pairs: lowPairs,
  waves: ([x02, x13]) => {
    const even = (...second: number[]) => dot(x02!.get, factors([1], second));
    const odd = (one: number[], three: number[]) => dot(x13!.get, factors(one, three));
    return {
      even: [even(c541, c765), even(c541), even(-c541), even(-c541, -c765)],
      odd: [
        odd([c1501, -c899, c1175, -c390], [c1175]),
        odd([c1175], [c3072, -c2562, c1175, -c1961]),
        odd([c1175, -c390], [c1175, -c2562]),
        odd([c1175, -c899], [c1175, -c1961]),
      ],
    };
  },
};

const { cos, sin, PI } = Math;
/** The factors that remain of a frequency and of its alias when neighboring samples are averaged. */
const averaged = (frequency: number) =>
  [cos((frequency * PI) / 16), -sin((frequency * PI) / 16)] as const;
/** Values of the frequencies 1 and 3 at the first and the second of four samples. */
const waves = [
  [Math.SQRT2 * cos(PI / 8), Math.SQRT2 * cos((3 * PI) / 8)],
  [Math.SQRT2 * cos((3 * PI) / 8), -Math.SQRT2 * cos(PI / 8)],
] as const;

/** Transforms to four samples, each the mean of two of the eight samples. */
export const fourMeans: Transform = {
  pairs: allPairs,
  waves: ([x04, x26, x17, x35]) => {
    const of = (pair: Local | undefined, [low, high]: readonly [number, number], by: number) =>
      dot(pair!.get, factors([low * by], [high * by]));
    const [mean, second] = [of(x04, [1, 0], 1), of(x26, averaged(2), 1)];
    return {
      even: [add32(mean, second), subtract32(mean, second)],
      odd: waves.map(([first, third]) =>
        add32(of(x17, averaged(1), first), of(x35, averaged(3), third)),
      ),
    };
  },
};

/** Transforms to four means as `fourMeans` does, for blocks whose upper four frequencies are 0. */
export const fourMeansOfFour: Transform = {
  pairs: lowPairs,
  waves: ([x02, x13]) => {
    const second = averaged(2)[0];
    return {
      even: [second, -second].map(each => dot(x02!.get, factors([1], [each]))),
      odd: waves.map(([first, third]) =>
        dot(x13!.get, factors([averaged(1)[0] * first], [averaged(3)[0] * third])),
      ),
    };
  },
};

/**
 * Computes 32-bit samples of four columns, shifted right by this many bits.
 *
 * @param pairs Vectors of pairs of frequencies.
 */
export function samples(
  { waves }: Transform,
  pairs: readonly Local[],
  scale: number,
  variable: () => Local,
  keep: (place: number, value: Code) => Code,
): Code[] {
  const rounding = splat32(1 << (scale - 1));
  const { even, odd } = waves(pairs);
  const last = 2 * even.length - 1;
  return even.flatMap((each, place) => {
    const [one, other] = [variable(), variable()];
    return [
      one.set(add32(each, rounding)),
      other.set(odd[place]!),
      keep(place, shiftRight32(add32(one.get, other.get), scale)),
      keep(last - place, shiftRight32(subtract32(one.get, other.get), scale)),
    ];
  });
}

/** Computes 16-bit samples of eight columns. @param halves For each half of four columns, vectors of pairs of frequencies. */
export function allSamples(
  transform: Transform,
  halves: readonly (readonly Local[])[],
  scale: number,
  variable: () => Local,
  result: readonly Local[],
): Code[] {
  const waiting = result.map(variable);
  return [
    ...samples(transform, halves[0]!, scale, variable, (place, value) =>
      waiting[place]!.set(value),
    ),
    ...samples(transform, halves[1]!, scale, variable, (place, value) =>
      result[place]!.set(narrow32To16(waiting[place]!.get, value)),
    ),
  ];
}
