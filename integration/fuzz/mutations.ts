import type { randomStream } from '@shroom/data';

type Random = ReturnType<typeof randomStream>;

/** One way to damage a file. `header` holds the start and end of its header text. */
type Mutation = (bytes: Uint8Array, header: readonly [number, number], random: Random) => number[];

const spliced = (bytes: Uint8Array, start: number, count: number, ...items: number[]) => {
  const list = [...bytes];
  list.splice(start, count, ...items);
  return list;
};
const within = ([start, end]: readonly [number, number], random: Random) =>
  start + random.below(Math.max(1, end - start));

/** Replaces one match of a pattern in the header. */
const replaced =
  (pattern: RegExp, by: (found: string, random: Random) => string): Mutation =>
  (bytes, [start, end], random) => {
    const text = Buffer.from(bytes.subarray(start, end)).toString('latin1');
    const found = [...text.matchAll(pattern)];
    if (found.length === 0) return [...bytes];
    const { 0: old, index } = found[random.below(found.length)]!;
    const replacement = Buffer.from(by(old, random), 'latin1');
    return spliced(bytes, start + index, old.length, ...replacement);
  };

const one = (list: readonly string[], random: Random) => list[random.below(list.length)]!;
const numbers = [
  '0',
  '1',
  '2',
  '3',
  '8',
  '-1',
  '1.0',
  '1e1',
  '01',
  'null',
  'NaN',
  '"2"',
  '4294967296',
];
const types = [
  'F64',
  'F32',
  'F16',
  'BF16',
  'I32',
  'U8',
  'I64',
  'F4',
  'BOOL',
  'X',
  '<i4',
  '<f8',
  '>f4',
];

const mutations: Readonly<Record<string, Mutation>> = {
  'a bit of the file': (bytes, _, random) => {
    const list = [...bytes];
    list[random.below(list.length)]! ^= 1 << random.below(8);
    return list;
  },
  'a byte of the header': (bytes, header, random) =>
    spliced(bytes, within(header, random), 1, random.below(256)),
  'a byte left out': (bytes, header, random) => spliced(bytes, within(header, random), 1),
  'a byte put in': (bytes, header, random) =>
    spliced(bytes, within(header, random), 0, random.below(256)),
  'cut short': (bytes, _, random) => [...bytes.subarray(0, random.below(bytes.length))],
  'bytes after the end': (bytes, _, random) => [
    ...bytes,
    ...Array.from({ length: 1 + random.below(9) }, () => random.below(256)),
  ],
  'another length of the header': (bytes, [start], random) => {
    const list = [...bytes];
    list[random.below(start)] = random.below(256);
    return list;
  },
  'another number': replaced(/\d+/g, (_, random) =>
    one([...numbers, String(random.below(99))], random),
  ),
  'another type': replaced(/(?<=")[A-Z]+\d*(?=")|(?<=')[<|][fiu]\d(?=')/g, (_, random) =>
    one(types, random),
  ),
  'another shape of as many': replaced(/\d+, ?\d+/g, found =>
    found.split(/(, ?)/).reverse().join(''),
  ),
  'something twice': replaced(
    /"[^"]*":(?:\{[^{}]*\}|\[[^[\]]*\]|"[^"]*")/g,
    found => `${found},${found}`,
  ),
  'something left out': replaced(/"[^"]*":(?:\{[^{}]*\}|\[[^[\]]*\]|"[^"]*"),/g, () => ''),
  'another name': replaced(/(?<=["'])[a-z_/]+(?=["'])/g, (found, random) =>
    one([`${found}x`, '__proto__', '__metadata__', 'dtype', 'shape', found.slice(1)], random),
  ),
};

/**
 * A damaged copy of a file.
 *
 * @param headerOf Returns the position of the header text.
 * @param withLength Writes a header length into the file, so that a changed header is read completely.
 */
export function damage(
  bytes: Uint8Array,
  [start, end]: readonly [number, number],
  withLength: (bytes: Uint8Array, length: number) => void,
  random: Random,
): { kind: string; bytes: Uint8Array } {
  const kinds = Object.keys(mutations);
  const kind = kinds[random.below(kinds.length)]!;
  const damaged = Uint8Array.from(mutations[kind]!(bytes, [start, end], random));
  const isInHeader = !/end$|file$|short$|length/.test(kind);
  if (isInHeader && random.below(4) > 0)
    withLength(damaged, end - start + damaged.length - bytes.length);
  return { kind, bytes: damaged };
}
