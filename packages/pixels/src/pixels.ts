/** The pixels of one picture: `[height, width, 3]`, RGB, 0 to 255. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}
