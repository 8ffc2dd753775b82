import {
  add,
  and,
  type Code,
  count,
  type Frame,
  type Local,
  load8,
  load16,
  number,
  routine,
  shiftRight,
  store16,
  vector,
  whenElse,
} from './assembler';
import {
  allPairs,
  allSamples,
  eightSamples,
  eightSamplesOfFour,
  fourMeans,
  fourMeansOfFour,
  lowPairs,
  samples,
  type Transform,
} from './cosine';
import { interleaving, lanesOf } from './lanes';
import { transposeFew, transposePairs } from './transposition';

const { add8, load, narrow16ToSigned8, narrow32To16, shuffle, splat32, spread16 } = vector;
const { store, store32Lane, store64 } = vector;

/** The order of the columns in a row of coefficients. */
export const columnOrder: readonly number[] = allPairs.flat();

/**
 * Bits by which the results of the two dimensions are shifted. The first dimension keeps 2 more bits than the result has;
 * the whole transform is 8 times too large.
 */
const scales = [13 - 2, 13 + 2 + 3] as const;
/** Bits of a position, in bytes, that are set only beyond the first four frequencies: in every other column, and in the lower rows. */
const beyondFour = 2 | (4 << 4);
const middle = vector.bytes(...Array(16).fill(128));
/** Converts 16-bit numbers around 0 to bytes around 128. */
const bytesOf = (a: Code, b: Code) => add8(narrow16ToSigned8(a, b), middle);

interface Given {
  readonly blocks: Local;
  readonly target: Local;
  readonly row: Local;
  /** Allocates this many vector variables. */
  some(count: number): Local[];
  /** Stores rows of samples; each argument makes the store statement for an address. */
  rows(...stores: ((at: Code) => Code)[]): Code[];
}

/**
 * Transforms blocks to samples by one of three ways, depending on which coefficients are not 0: only the mean,
 * only the first 4 by 4 frequencies, or more.
 */
const byExtent = (
  name: string,
  side: number,
  write: (given: Given, frame: Frame) => { few: Code[]; all: Code[]; mean: Code[] },
) =>
  routine(name, ['blocks', 'end', 'extents', 'target', 'row'], (frame, given) => {
    const { blocks, end, extents, target, row } = given;
    const at = frame.integer();
    const some = (count: number) => Array.from({ length: count }, frame.vector);
    const rows: Given['rows'] = (...stores) => [
      at.set(target.get),
      ...stores.flatMap(write => [write(at.get), at.set(add(at.get, row.get))]),
    ];
    const { few, all, mean } = write({ blocks, target, row, some, rows }, frame);
    const extent = load8(extents.get);
    const clearedMean = [...mean, store16(blocks.get, number(0))];
    return [
      count(
        blocks,
        end.get,
        [
          whenElse(and(extent, number(beyondFour)), all, [whenElse(extent, few, clearedMean)]),
          extents.set(add(extents.get, number(1))),
          target.set(add(target.get, number(side))),
        ],
        128,
      ),
    ];
  });

/** A vector whose bytes all hold the mean of a block. */
const meanOf = ({ blocks }: Given) => {
  const value = spread16(shiftRight(add(load16(blocks.get), number(4)), number(3)));
  return bytesOf(value, value);
};

/** Transforms the first dimension from memory, in rows of eight columns, and sets that memory to 0. */
function fromMemory({ blocks, some }: Given, transform: Transform, rows: readonly Local[]): Code[] {
  const x = some(8);
  const halves = [0, 4].map(first => ({ first, pairs: some(4) }));
  const variable = () => some(1)[0]!;
  return [
    ...x.map((each, index) => each.set(load(blocks.get, 16 * index))),
    ...x.map((_, index) => store(blocks.get, splat32(0), 16 * index)),
    ...halves.flatMap(({ first, pairs }) =>
      transform.pairs.map(([a, b], index) =>
        pairs[index]!.set(shuffle(x[a]!.get, x[b]!.get, interleaving(first))),
      ),
    ),
    ...allSamples(
      transform,
      halves.map(({ pairs }) => pairs),
      scales[0],
      variable,
      rows,
    ),
  ];
}

/**
 * Transforms the first dimension as `fromMemory` does, for blocks that are 0 beyond the first 4 by 4 frequencies:
 * two rows of four columns in each vector.
 */
function fewFromMemory(
  { blocks, some }: Given,
  transform: Transform,
  rows: readonly Local[],
): Code[] {
  const x = some(4);
  const pairs = some(2);
  const wide = some(2 * rows.length);
  const low = lanesOf(
    2,
    lowPairs.flat().map(column => columnOrder.indexOf(column)),
  );
  return [
    ...x.map((each, index) => each.set(load(blocks.get, 16 * index))),
    ...x.map((_, index) => store(blocks.get, splat32(0), 16 * index)),
    ...x.map(each => each.set(shuffle(each.get, each.get, [...low, ...low]))),
    ...transform.pairs.map(([a, b], index) =>
      pairs[index]!.set(shuffle(x[a]!.get, x[b]!.get, interleaving(0))),
    ),
    ...samples(
      transform,
      pairs,
      scales[0],
      () => some(1)[0]!,
      (place, value) => wide[place]!.set(value),
    ),
    ...rows.map((each, index) =>
      each.set(narrow32To16(wide[2 * index]!.get, wide[2 * index + 1]!.get)),
    ),
  ];
}

/**
 * Inverse cosine transform of blocks of 8 by 8 coefficients. It writes rows of samples in which the blocks stand side by side, and sets the
 * blocks to 0. Samples equal libjpeg's accurate integer transform bit for bit.
 *
 * @param extents The bytes about the blocks that `scan` wrote.
 */
export const idct = byExtent('idct', 8, given => {
  const { some, rows } = given;
  const [y, columns] = [some(8), some(8)];
  const halves = [some(4), some(4)] as const;
  const [bytes, mixed] = [some(4), some(4)];
  const variable = () => some(1)[0]!;
  const shuffled = (a: readonly Local[], b: readonly Local[]) =>
    [0, 1].flatMap(index =>
      [0, 8].map((first, half) =>
        b[2 * index + half]!.set(
          shuffle(
            a[index]!.get,
            a[index + 2]!.get,
            Array.from({ length: 16 }, (_, byte) => first + (byte >> 1) + (byte & 1 ? 16 : 0)),
          ),
        ),
      ),
    );
  // Turns columns of samples into rows by three perfect shuffles of 64 bytes.
  const finish = [
    ...bytes.map((each, index) =>
      each.set(bytesOf(columns[2 * index]!.get, columns[2 * index + 1]!.get)),
    ),
    ...shuffled(bytes, mixed),
    ...shuffled(mixed, bytes),
    ...shuffled(bytes, mixed),
    ...rows(
      ...mixed.flatMap(each => [
        (at: Code) => store64(at, each.get, 0),
        (at: Code) => store64(at, each.get, 1),
      ]),
    ),
  ];
  const few = halves.map(half => half.slice(0, 2));
  const mean = some(1)[0]!;
  return {
    all: [
      ...fromMemory(given, eightSamples, y),
      ...transposePairs(y.slice(0, 4), halves[0], some),
      ...transposePairs(y.slice(4), halves[1], some),
      ...allSamples(eightSamples, halves, scales[1], variable, columns),
      ...finish,
    ],
    few: [
      ...fewFromMemory(given, eightSamplesOfFour, y.slice(0, 4)),
      ...transposeFew(y.slice(0, 2), few[0]!),
      ...transposeFew(y.slice(2, 4), few[1]!),
      ...allSamples(eightSamplesOfFour, few, scales[1], variable, columns),
      ...finish,
    ],
    mean: [
      mean.set(meanOf(given)),
      ...rows(...Array.from({ length: 8 }, () => (at: Code) => store64(at, mean.get, 0))),
    ],
  };
});

/** Inverse cosine transform as `idct`, at half the size: each sample is the mean of 2 by 2 samples, rounded once. */
export const idctHalved = byExtent('idctHalved', 4, given => {
  const { some, rows } = given;
  const [y, pairs, wide] = [some(4), some(4), some(4)];
  const [result] = some(1) as [Local];
  const variable = () => some(1)[0]!;
  const keep = (place: number, value: Code) => wide[place]!.set(value);
  const [a, b, c, d] = wide as Four;
  const turned = Array.from({ length: 16 }, (_, byte) => 4 * (byte & 3) + (byte >> 2));
  const stored = rows(...[0, 1, 2, 3].map(lane => (at: Code) => store32Lane(at, result.get, lane)));
  const finish = [
    result.set(bytesOf(narrow32To16(a.get, b.get), narrow32To16(c.get, d.get))),
    result.set(shuffle(result.get, result.get, turned)),
    ...stored,
  ];
  return {
    all: [
      ...fromMemory(given, fourMeans, y),
      ...transposePairs(y, pairs, some),
      ...samples(fourMeans, pairs, scales[1], variable, keep),
      ...finish,
    ],
    few: [
      ...fewFromMemory(given, fourMeansOfFour, y.slice(0, 2)),
      ...transposeFew(y.slice(0, 2), pairs.slice(0, 2)),
      ...samples(fourMeansOfFour, pairs, scales[1], variable, keep),
      ...finish,
    ],
    mean: [result.set(meanOf(given)), ...stored],
  };
});

type Four = [Local, Local, Local, Local];
