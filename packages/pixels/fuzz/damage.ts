import { createHash } from 'node:crypto';

/** A reader of files that strangers wrote. */
export interface Target {
  readonly name: string;
  /** Well-formed inputs, which are then damaged. */
  readonly seeds: readonly Uint8Array[];
  /** The errors that the reader may throw, according to its documentation. */
  readonly known: readonly (abstract new (
    ...of: never[]
  ) => Error)[];
  /** Reads an input. @returns Whether it was accepted. @throws One of the known errors, and nothing else. */
  read(bytes: Uint8Array): Promise<boolean>;
}

/** Reads an input, and fails if the reader throws an undocumented error. @returns Whether the input was accepted. */
export async function survive({ read, known }: Target, bytes: Uint8Array): Promise<boolean> {
  try {
    return await read(bytes);
  } catch (error) {
    if (known.some(kind => error instanceof kind)) return false;
    throw error;
  }
}

interface Dice {
  /** A random integer from 0 to `bound - 1`. */
  below(bound: number): number;
}

/** Makes a random generator. The same name gives the same numbers on every machine. */
export function dice(name: string): Dice {
  let thrown = 0;
  const next = () => createHash('sha256').update(`${name} ${thrown++}`).digest().readUInt32LE();
  return { below: bound => next() % bound };
}

/** Damages an input: inverts bytes, sets them to extremes, removes, duplicates or exchanges them, or cuts off the end. */
export function mutate(bytes: Uint8Array, random: Dice): Uint8Array {
  let result = Uint8Array.from(bytes);
  const place = () => random.below(Math.max(1, result.length));
  for (let count = 1 + random.below(6); count > 0; count--) {
    switch (random.below(6)) {
      case 0:
        result[place()]! ^= 1 << random.below(8);
        break;
      case 1:
        result[place()] = [0, 1, 127, 128, 255][random.below(5)]!;
        break;
      case 2:
        result = result.slice(0, place() + 1);
        break;
      case 3: {
        const from = place();
        const part = result.slice(from, from + 1 + random.below(64));
        result = Uint8Array.from([...result.slice(0, from), ...part, ...result.slice(from)]);
        break;
      }
      case 4: {
        const from = place();
        const to = from + 1 + random.below(64);
        result = Uint8Array.from([...result.slice(0, from), ...result.slice(to)]);
        break;
      }
      default:
        result.set(result.slice(place(), place() + 4).slice(0, 4), Math.max(0, place() - 4));
    }
  }
  return result;
}
