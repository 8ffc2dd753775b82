/**
 * A file is no picture, damaged, too large, or of a kind that is not read.
 *
 * @example
 * ```ts
 * try {
 *   console.log(await decode('upload.heic', [224, 224]));
 * } catch (error) {
 *   if (!(error instanceof DecodeError)) throw error;
 *   console.error(error.unread ? `Please send a JPEG instead of ${error.unread}.` : error.message);
 * }
 * ```
 */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  /** Where the file is of a known kind that is not read, such as `an HEIC picture`; the message says how to convert it. */
  readonly unread: string | undefined;

  constructor(message: string, options: ErrorOptions & { readonly unread?: string } = {}) {
    const { unread, ...rest } = options;
    super(message, rest);
    this.unread = unread;
  }
}

export const tooLarge = (mostPixels: number): DecodeError =>
  new DecodeError(
    `more than ${megapixels(mostPixels)} megapixels, which the option mostPixels allows`,
  );

const megapixels = (pixels: number) =>
  pixels >= 10e6 ? Math.round(pixels / 1e6) : Number((pixels / 1e6).toPrecision(2));
