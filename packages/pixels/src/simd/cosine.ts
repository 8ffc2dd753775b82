import { type Code, type Local, vector } from './assembler';

const { add32, dot, narrow32To16, shiftRight32, splat32, subtract32 } = vector;

/** With 13 fractional bits. */
const fixed = (value: number) => Math.sign(value) * Math.round(Math.abs(value) * 8192);

/** Two factors, four times: of a number and its neighbor. Each is a sum of what is rounded alone. */
function factors(first: readonly number[], second: readonly number[]): Code {
  const [low, high] = [first, second].map(parts =>
    parts.reduce((sum, each) => sum + fixed(each), 0),
  ) as [number, number];
  return splat32((low & 0xffff) | (high << 16));
}

/**
 * One dimension of an inverse cosine transform, of four columns: sums with 13 more fractional bits. Sample i is
 * `even[i] + odd[i]`, the same from the end is their difference.
 */
export interface Transform {
  /** Frequencies that stand side by side in a vector, as 16-bit numbers. */
  readonly pairs: readonly (readonly [number, number])[];
  waves(pairs: readonly Local[]): { readonly even: Code[]; readonly odd: Code[] };
}

/** The pairs of all eight frequencies. */
export const allPairs = [
  [0, 4],
  [2, 6],
  [1, 7],
  [3, 5],
] as const;
/** Of the lower four. */
export const lowPairs = [
  [0, 2],
  [1, 3],
] as const;

// Constants of libjpeg, jidctint.c: sums of cosines, rounded each.
const [c298, c390, c541, c765, c899] = [
  0.298631336, 0.390180644, 0.5411961, 0.765366865, 0.899976223,
] as const;
const [c1175, c1501, c1847, c1961] = [1.175875602, 1.50132111, 1.847759065, 1.96157056] as const;
const [c2053, c2562, c3072] = [2.053119869, 2.562915447, 3.072711026] as const;

/** Eight samples, to the bit libjpeg's accurate integer transform. */
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

/** The same where the upper four frequencies are 0. */
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
/** What is left of a frequency, and of the one that looks like it from then on, when neighbors are averaged. */
const averaged = (frequency: number) =>
  [cos((frequency * PI) / 16), -sin((frequency * PI) / 16)] as const;
/** Of the frequencies 1 and 3, at the first and the second of four samples. */
const waves = [
  [Math.SQRT2 * cos(PI / 8), Math.SQRT2 * cos((3 * PI) / 8)],
  [Math.SQRT2 * cos((3 * PI) / 8), -Math.SQRT2 * cos(PI / 8)],
] as const;

/** Four means of two of the eight samples each. */
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

/** The same where the upper four frequencies are 0. */
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
 * 32-bit samples of four columns, shifted down by so many bits.
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

/** 16-bit samples of eight columns. @param halves Vectors of pairs of frequencies, of four columns each. */
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
