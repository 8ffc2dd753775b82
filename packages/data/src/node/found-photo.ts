import type { StoredOrigin } from '../origin';

/** A photo that a place holds, which was not read. */
export interface FoundPhoto {
  /** Path below the place with `/` as separator, such as `Amanita/1.jpg`. */
  readonly name: string;
  readonly origin: StoredOrigin;
  /** Size of the photo's file, if the place says it. */
  readonly bytes?: number;
  /** Hash of the photo's bytes, if the place says it. */
  readonly sha256?: string;
  /** Facts about the photo by name, such as its class, if the place has them. */
  readonly row?: Readonly<Record<string, unknown>>;
}
