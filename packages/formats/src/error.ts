/** What every reader takes. */
export interface ReadOptions {
  /** The file's path or address, for messages. */
  readonly source?: string;
}

/** A file is not what it should be. Which format's rules it breaks is said by the subclass. */
export class FormatError extends Error {
  override readonly name: string = 'FormatError';
  /** The file, as the reader was told. */
  readonly source: string | undefined;

  constructor(message: string, { source, cause }: ReadOptions & { readonly cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.source = source;
  }
}

/** A file is whole, but its numbers are of a type that does not fit what they are wanted for. */
export class ElementTypeError extends FormatError {
  override readonly name = 'ElementTypeError';
}
