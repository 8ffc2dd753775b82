import type { Pixels } from '@shroom/data';

/** A photo that is to be answered for, wherever it is. */
export interface NamedPhoto {
  /** The path, a file's name, or its place in what was given. */
  readonly name: string;
  /** @throws PhotoError when it cannot be read. */
  read(): Promise<Picture>;
}

/** A photo that was read; its pixels are made when they are asked for. @throws PhotoError, each of them, when they cannot be. */
export interface Picture {
  /** Squashed to `[height, width]`. */
  resized(size: readonly [number, number]): Promise<Pixels>;
  /** In its own size. */
  whole(): Promise<Pixels>;
  /** In hexadecimal: what random views of it follow from. */
  sha256(): Promise<string>;
}
