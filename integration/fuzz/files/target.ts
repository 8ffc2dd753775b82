import type { Random } from './damage';

/** A kind of file, its readers, and what proves that they keep their promise for one damaged file. */
export interface FileTarget {
  /** A damaged file, whatever of it a reader needs. */
  damage(random: Random): Uint8Array;
  /**
   * Reads it in every way.
   *
   * @returns Whether something of it was taken.
   * @throws Error when a reader fails in another way than callers are told of, or gives what the file does not say.
   */
  check(bytes: Uint8Array): Promise<boolean>;
}

/** The error with which a reader refused, if it is one that callers are told of. */
export async function refusal(
  read: () => Promise<unknown>,
  ...names: readonly string[]
): Promise<Error | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    if (names.includes(name)) return error as Error;
    throw new Error(`refused by a ${name}, which nobody is told of: ${message}`, { cause: error });
  }
}
