/** The samples of one component in the vectors' memory. */
export interface Plane {
  /** Of the first sample. */
  readonly address: number;
  /** From one row to the next. */
  readonly row: number;
  /** Of what is picture, without what fills the last blocks. */
  readonly height: number;
  readonly width: number;
}

/** Where a component's samples and coefficients are. */
export interface ComponentPlan extends Plane {
  /** Samples of a block, across and down; where they are 4, they are means of 2 by 2. */
  readonly side: 8 | 4;
  /** Blocks in a row. */
  readonly blocks: number;
  /** Address of the coefficients of the rows of blocks that are read at once. */
  readonly coefficients: number;
  /** Address of a byte for each of these blocks. */
  readonly extents: number;
}
