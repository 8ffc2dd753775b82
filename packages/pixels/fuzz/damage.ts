import { createHash } from 'node:crypto';

/** Something that reads what strangers wrote. */
export interface Target {
  readonly name: string;
  /** Well-formed inputs, which are then mutated. */
  readonly seeds: readonly Uint8Array[];
  /** Errors that callers are told of. */
  readonly known: readonly (abstract new (
    ...of: never[]
  ) => Error)[];
  /** Reads an input. @returns Whether it was accepted. @throws One of the known errors, and nothing else. */
  read(bytes: Uint8Array): Promise<boolean>;
}

/** Fails where reading fails in another way than callers are told of. @returns Whether the input was accepted. */
export async function survive({ read, known }: Target, bytes: Uint8Array): Promise<boolean> {
  try {
    return await read(bytes);
  } catch (error) {
    if (known.some(kind => error instanceof kind)) return false;
    throw error;
  }
}

interface Dice {
  /** A whole number of 0 to `bound - 1`. */
  below(bound: number): number;
}

/** The same numbers for the same name, on every machine. */
export function dice(name: string): Dice {
  let thrown = 0;
  const next = () => createHash('sha256').update(`${name} ${thrown++}`).digest().readUInt32LE();
  return { below: bound => next() % bound };
}

/** Bytes turned over, set to extremes, cut out, doubled, exchanged; or the end cut off. */
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
