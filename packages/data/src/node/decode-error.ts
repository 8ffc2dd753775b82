/**
 * Thrown when a file is not a picture, is damaged, is too large, or is of a kind that is not read.
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
  /**
   * The kind of the file, such as `an HEIC picture`, if it is known but not read. The message then says how to convert the
   * file.
   */
  readonly unread: string | undefined;

  constructor(message: string, options: ErrorOptions & { readonly unread?: string } = {}) {
    const { unread, ...rest } = options;
    super(message, rest);
    this.unread = unread;
  }
}

export const tooLarge = (mostPixels: number): DecodeError =>
  new DecodeError(
    `more than the ${megapixels(mostPixels)} megapixels that the option mostPixels allows`,
  );

const megapixels = (pixels: number) =>
  pixels >= 10e6 ? Math.round(pixels / 1e6) : Number((pixels / 1e6).toPrecision(2));
