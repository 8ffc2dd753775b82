/** A file is not a picture that can be read whole. */
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
