import type { Pixels } from '@shroom/data';

/** A photo to classify, from any source. */
export interface NamedPhoto {
  /** The path, the file's name, or the position in the list that was given, from 1. */
  readonly name: string;
  /** Reads the photo. @throws PhotoError when the photo cannot be read. */
  read(): Promise<Picture>;
}

/** A photo whose bytes were read. Its methods decode the pixels on demand, and throw PhotoError if that fails. */
export interface Picture {
  /** The pixels, resized to `[height, width]` without keeping the proportions. */
  resized(size: readonly [number, number]): Promise<Pixels>;
  /** The pixels in the photo's original size. */
  whole(): Promise<Pixels>;
  /** SHA-256 of the photo in hexadecimal. The hash seeds random views of the photo. */
  sha256(): Promise<string>;
}
