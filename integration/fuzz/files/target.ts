import type { Random } from './damage';

/** A kind of file, its readers, and a check that they keep their promise for a damaged file. */
export interface FileTarget {
  /** Makes a damaged file, or several files joined into one. */
  damage(random: Random): Uint8Array;
  /**
   * Reads the file with all readers.
   *
   * @returns Whether some of its content was accepted.
   * @throws Error when a reader throws an undocumented error, or returns something that is not in the file.
   */
  check(bytes: Uint8Array): Promise<boolean>;
}

/** The error with which a reader refused the file, if it is a documented error. */
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
    throw new Error(`refused by an undocumented ${name}: ${message}`, { cause: error });
  }
}
