/** The decoded samples of one component, in the memory of the vector instructions. */
export interface Plane {
  /** Address of the first sample. */
  readonly address: number;
  /** Bytes from the start of one row to the start of the next. */
  readonly row: number;
  /** Height and width in samples, without the padding in the last blocks. */
  readonly height: number;
  readonly width: number;
}

/** The memory for the samples and the coefficients of one component. */
export interface ComponentPlan extends Plane {
  /** Samples of a block, across and down: 8, or 4 if the decoder averages two by two samples. */
  readonly side: 8 | 4;
  /** Number of blocks in a row. */
  readonly blocks: number;
  /** Address of the coefficients of those rows of blocks that are decoded together. */
  readonly coefficients: number;
  /** Address of one byte for each of these blocks. */
  readonly extents: number;
}
