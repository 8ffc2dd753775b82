import type { randomStream } from '@shroom/data';

export type Random = ReturnType<typeof randomStream>;

type Damage = (bytes: Uint8Array, place: number, random: Random) => Uint8Array;

const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

/** Ways to damage bytes of any kind. */
const damages: readonly Damage[] = [
  (bytes, place, random) => {
    const changed = bytes.slice();
    changed[place]! ^= 1 << random.below(8);
    return changed;
  },
  (bytes, place, random) => {
    const changed = bytes.slice();
    changed[place] = [0, 1, 127, 128, 255, 10, 34, 44, 47, 92][random.below(10)]!;
    return changed;
  },
  // A field of two or four bytes, as sizes and places are.
  (bytes, place, random) => {
    const changed = bytes.slice();
    const value = [0, 1, 0xffff, 0xffffffff, 0x7fffffff, 0x80000000, random.below(2 ** 31)][
      random.below(7)
    ]!;
    const field = Buffer.alloc(4);
    field.writeUInt32LE(value);
    changed.set(field.subarray(0, Math.min(4, changed.length - place)), place);
    return changed;
  },
  (bytes, place) => bytes.slice(0, place),
  (bytes, place, random) =>
    joined(bytes.subarray(0, place), bytes.subarray(place + 1 + random.below(40))),
  (bytes, place, random) => {
    const part = bytes.subarray(place, place + 1 + random.below(40));
    return joined(bytes.subarray(0, place), part, bytes.subarray(place));
  },
  (bytes, place, random) => {
    const from = random.below(bytes.length);
    const part = bytes.slice(from, from + 1 + random.below(16));
    const changed = bytes.slice();
    changed.set(part.subarray(0, Math.min(part.length, changed.length - place)), place);
    return changed;
  },
  (bytes, place, random) =>
    joined(
      bytes.subarray(0, place),
      Uint8Array.from({ length: 1 + random.below(8) }, () => random.below(256)),
      bytes.subarray(place),
    ),
];

/** A copy with one to three damages. */
export function damageBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let changed = bytes;
  for (let count = 1 + random.below(3); count > 0 && changed.length > 0; count--)
    changed = damages[random.below(damages.length)]!(changed, random.below(changed.length), random);
  return changed;
}

const words = [
  '0',
  '1',
  '-1',
  '1.5',
  '3',
  '99',
  '4294967296',
  '1e400',
  '1e9',
  'null',
  'true',
  '""',
  '[]',
  '{}',
  '"__proto__"',
  '"constructor"',
  '"../x"',
  '"float16"',
  '"int32"',
  '"string"',
  '"relu"',
];

/** JSON with one to three of its values or names exchanged, left out, or doubled. */
export function damageJson(text: string, random: Random): string {
  let changed = text;
  for (let count = 1 + random.below(3); count > 0; count--) {
    const found = [
      ...changed.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null|\[\]|\{\}/g),
    ];
    if (found.length === 0) break;
    const { 0: old, index } = found[random.below(found.length)]!;
    const other = found[random.below(found.length)]![0];
    const by = [words[random.below(words.length)]!, other, '', `${old},${old}`][random.below(4)]!;
    changed = changed.slice(0, index) + by + changed.slice(index + old.length);
  }
  return changed;
}
