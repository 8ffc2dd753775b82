import {
  add,
  and,
  type Code,
  count,
  type Frame,
  kernel,
  type Local,
  load8,
  load16,
  number,
  shiftRight,
  store16,
  vector,
  whenElse,
} from './assembler';
import {
  allSamples,
  eightSamples,
  eightSamplesOfFour,
  firstHalves,
  fourMeans,
  fourMeansOfFour,
  halves,
  samples,
} from './cosine';

const { add8, load, load64Zero, narrow16ToSigned8, narrow32To16, shuffle, spread16 } = vector;
const { splat32, store, store32Lane, store64 } = vector;

/** After one dimension 2 more bits are kept than the result has; the transform is 8 times too large. */
const scales = [13 - 2, 13 + 2 + 3] as const;
/** Bits of `extents` that say that there is something beyond the first four frequencies of a dimension. */
const beyondFour = (4 | 32) << 1;
const middle = vector.bytes(...Array(16).fill(128));
/** 16-bit numbers around 0 to bytes around 128. */
const bytesOf = (a: Code, b: Code) => add8(narrow16ToSigned8(a, b), middle);

interface Given {
  readonly blocks: Local;
  readonly target: Local;
  readonly row: Local;
}

/** Blocks to samples by what is in them: only their mean, the first 4 by 4 frequencies, or more. */
const byExtent = (
  name: string,
  side: number,
  write: (frame: Frame, given: Given) => { few: Code[]; all: Code[]; mean: Code[] },
) =>
  kernel(name, ['blocks', 'end', 'extents', 'target', 'row'], (frame, given) => {
    const { blocks, end, extents, target } = given;
    const { few, all, mean } = write(frame, given);
    const extent = load8(extents.get);
    return [
      count(
        blocks,
        end.get,
        [
          whenElse(and(extent, number(beyondFour)), all, [
            whenElse(extent, few, [...mean, store16(blocks.get, number(0))]),
          ]),
          extents.set(add(extents.get, number(1))),
          target.set(add(target.get, number(side))),
        ],
        128,
      ),
    ];
  });

/** The mean of a block in all bytes. */
const meanOf = ({ blocks }: Given) => {
  const value = spread16(shiftRight(add(load16(blocks.get), number(4)), number(3)));
  return bytesOf(value, value);
};
const loadAll = (x: readonly Local[], blocks: Local): Code[] => [
  ...x.map((each, index) => each.set(load(blocks.get, 16 * index))),
  ...x.map((_, index) => store(blocks.get, splat32(0), 16 * index)),
];
const loadFew = (x: readonly Local[], blocks: Local): Code[] => [
  ...x.slice(0, 4).map((each, index) => each.set(load64Zero(blocks.get, 16 * index))),
  ...[0, 1, 2, 3].map(index => store64(add(blocks.get, number(16 * index)), splat32(0), 0)),
];

/**
 * Inverse cosine transform of blocks of 8 by 8 coefficients to rows of samples, in which the blocks stand side by side.
 * The blocks are 0 after it. To the bit libjpeg's accurate integer transform.
 *
 * @param extents As `scan` wrote them.
 */
export const idct = byExtent('idct', 8, (frame, given) => {
  const { blocks, target, row } = given;
  const at = frame.integer();
  const [x, y, waiting] = Array.from({ length: 3 }, () =>
    Array.from({ length: 8 }, frame.vector),
  ) as [Local[], Local[], Local[]];
  const eight = eightSamples(frame.vector);
  const ofFour = eightSamplesOfFour(frame.vector);
  const rows = [0, 2, 4, 6].flatMap(index => [
    y[0]!.set(bytesOf(x[index]!.get, x[index + 1]!.get)),
    store64(at.get, y[0]!.get, 0),
    at.set(add(at.get, row.get)),
    store64(at.get, y[0]!.get, 1),
    at.set(add(at.get, row.get)),
  ]);
  const narrow = (place: number, value: Code) => y[place]!.set(narrow32To16(value, value));
  return {
    all: [
      ...loadAll(x, blocks),
      ...allSamples(eight, x, scales[0], waiting, y),
      ...transpose(y, x),
      ...allSamples(eight, x, scales[1], waiting, y),
      ...transpose(y, x),
      at.set(target.get),
      ...rows,
    ],
    few: [
      ...loadFew(x, blocks),
      ...samples(ofFour, x, firstHalves, scales[0], narrow),
      ...transposeHalf(y, x),
      ...allSamples(ofFour, x, scales[1], waiting, y),
      ...transpose(y, x),
      at.set(target.get),
      ...rows,
    ],
    mean: [
      y[0]!.set(meanOf(given)),
      at.set(target.get),
      ...Array.from({ length: 8 }, () => [
        store64(at.get, y[0]!.get, 0),
        at.set(add(at.get, row.get)),
      ]).flat(),
    ],
  };
});

/** The same at half the size: means of 2 by 2 samples, which are rounded once. */
export const idctHalved = byExtent('idctHalved', 4, (frame, given) => {
  const { blocks, target, row } = given;
  const at = frame.integer();
  const [x, y, waiting] = Array.from({ length: 3 }, () =>
    Array.from({ length: 8 }, frame.vector),
  ) as [Local[], Local[], Local[]];
  const ofEight = fourMeans(frame.vector);
  const ofFour = fourMeansOfFour(frame.vector);
  const keep = (place: number, value: Code) => waiting[place]!.set(value);
  const rows = (bytes: Code) => [
    y[0]!.set(bytes),
    at.set(target.get),
    ...([0, 1, 2, 3] as const).flatMap(lane => [
      store32Lane(at.get, y[0]!.get, lane),
      at.set(add(at.get, row.get)),
    ]),
  ];
  const [w0, w1, w2, w3] = waiting as [Local, Local, Local, Local];
  const columns = bytesOf(narrow32To16(w0.get, w1.get), narrow32To16(w2.get, w3.get));
  const turned = Array.from({ length: 16 }, (_, byte) => 4 * (byte & 3) + (byte >> 2));
  const finished = [y[0]!.set(columns), ...rows(shuffle(y[0]!.get, y[0]!.get, turned))];
  const mixed = (a: Local, b: Local, half: 0 | 1) => shuffle(a.get, b.get, halves[half]);
  const [y0, y1, y2, y3, s, t, u, v] = y as Eight;
  const [x01, x23, x45, x67] = x as Eight;
  return {
    all: [
      ...loadAll(x, blocks),
      ...allSamples(ofEight, x, scales[0], waiting, y),
      // Four rows of eight to columns, two in a vector.
      s.set(mixed(y0, y2, 0)),
      t.set(mixed(y1, y3, 0)),
      u.set(mixed(y0, y2, 1)),
      v.set(mixed(y1, y3, 1)),
      x01.set(mixed(s, t, 0)),
      x23.set(mixed(s, t, 1)),
      x45.set(mixed(u, v, 0)),
      x67.set(mixed(u, v, 1)),
      ...samples(ofEight, [x01, x01, x23, x23, x45, x45, x67, x67], halves, scales[1], keep),
      ...finished,
    ],
    few: [
      ...loadFew(x, blocks),
      ...samples(ofFour, x, firstHalves, scales[0], keep),
      y0.set(narrow32To16(w0.get, w1.get)),
      y1.set(narrow32To16(w2.get, w3.get)),
      s.set(mixed(y0, y1, 0)),
      t.set(mixed(y0, y1, 1)),
      x01.set(mixed(s, t, 0)),
      x23.set(mixed(s, t, 1)),
      ...samples(ofFour, [x01, x01, x23, x23], halves, scales[1], keep),
      ...finished,
    ],
    mean: rows(meanOf(given)),
  };
});

type Eight = [Local, Local, Local, Local, Local, Local, Local, Local];

/** Eight vectors of eight numbers: three perfect shuffles of 64 numbers. What was in `from` is lost. */
function transpose(from: readonly Local[], to: readonly Local[]): Code[] {
  const shuffled = (a: readonly Local[], b: readonly Local[]) =>
    [0, 1, 2, 3].flatMap(index => {
      const [one, other] = [a[index]!.get, a[index + 4]!.get];
      return [
        b[2 * index]!.set(shuffle(one, other, halves[0])),
        b[2 * index + 1]!.set(shuffle(one, other, halves[1])),
      ];
    });
  return [...shuffled(from, to), ...shuffled(to, from), ...shuffled(from, to)];
}

/** Eight vectors with four numbers each to four vectors of eight. */
function transposeHalf(from: readonly Local[], to: readonly Local[]): Code[] {
  const mix = (a: Local, b: Local, half: 0 | 1) => shuffle(a.get, b.get, halves[half]);
  const [f0, f1, f2, f3, f4, f5, f6, f7] = from as Eight;
  const [t0, t1, t2, t3, t4, t5, t6, t7] = to as Eight;
  return [
    t4.set(mix(f0, f4, 0)),
    t5.set(mix(f1, f5, 0)),
    t6.set(mix(f2, f6, 0)),
    t7.set(mix(f3, f7, 0)),
    f0.set(mix(t4, t6, 0)),
    f1.set(mix(t4, t6, 1)),
    f2.set(mix(t5, t7, 0)),
    f3.set(mix(t5, t7, 1)),
    t0.set(mix(f0, f2, 0)),
    t1.set(mix(f0, f2, 1)),
    t2.set(mix(f1, f3, 0)),
    t3.set(mix(f1, f3, 1)),
  ];
}
