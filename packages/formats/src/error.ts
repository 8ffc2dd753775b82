/** Options that every reader takes. */
export interface ReadOptions {
  /** Path or address of the file, which error messages name. */
  readonly source?: string;
}

/**
 * Thrown when a file breaks the rules of its format. The subclass says which format.
 *
 * @example
 * ```ts
 * try {
 *   decodeSafetensors(bytes, { source: 'model.safetensors' });
 * } catch (error) {
 *   if (!(error instanceof FormatError)) throw error;
 *   console.error(`${error.source} was skipped: ${error.message}`);
 * }
 * ```
 */
export class FormatError extends Error {
  override readonly name: string = 'FormatError';
  /** Path or address of the file, as the caller gave it in `ReadOptions`. */
  readonly source: string | undefined;

  constructor(message: string, { source, cause }: ReadOptions & { readonly cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.source = source;
  }
}

/**
 * Thrown when a file is intact but its numbers have a type that the reader cannot use, such as int8 where weights are needed.
 *
 * @example
 * ```ts
 * for (const tensor of decodeSafetensors(bytes).tensors.values())
 *   try {
 *     console.log(tensor.name, toFloat32(tensor.bytes, tensor));
 *   } catch (error) {
 *     if (!(error instanceof ElementTypeError)) throw error; // damaged
 *     console.log(`${tensor.name} is no weight: ${tensor.dtype}`); // such as I64 step counters
 *   }
 * ```
 */
export class ElementTypeError extends FormatError {
  override readonly name = 'ElementTypeError';
}
