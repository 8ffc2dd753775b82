/** A convolution of a branch: its name in torchvision, filters, kernel size, stride and padding. */
export interface BranchConvolution {
  readonly name: string;
  readonly filters: number;
  readonly kernelSize: number | readonly [number, number];
  readonly stride?: number;
  readonly padding?: number | readonly [number, number];
}

/** Pooling before a branch's convolutions: none, the average of 3x3 positions, or the maximum of 3x3 at stride 2. */
type BranchPool = 'none' | 'average' | 'max';

/** The convolutions of a branch, one after another. In a `fork`, the last two read the same map, and their outputs are concatenated. */
export interface Branch {
  readonly pool: BranchPool;
  readonly convolutions: readonly BranchConvolution[];
  readonly fork?: boolean;
}

export interface InceptionBlock {
  readonly name: string;
  readonly branches: readonly Branch[];
}

const conv = (
  name: string,
  filters: number,
  kernelSize: BranchConvolution['kernelSize'] = 1,
  move: Pick<BranchConvolution, 'stride' | 'padding'> = {},
): BranchConvolution => ({ name, filters, kernelSize, ...move });
const branch = (...convolutions: BranchConvolution[]): Branch => ({ pool: 'none', convolutions });
const forked = (...convolutions: BranchConvolution[]): Branch => ({
  ...branch(...convolutions),
  fork: true,
});
const averaged = (filters: number): Branch => ({
  pool: 'average',
  convolutions: [conv('branch_pool', filters)],
});
const pooled: Branch = { pool: 'max', convolutions: [] };

const around = { padding: 1 };
const halving = { stride: 2 };
const row = { padding: [0, 3] } as const;
const column = { padding: [3, 0] } as const;

/** Figure 5 of the paper: 5x5 convolutions, the larger ones as two 3x3 convolutions. */
const blockA = (name: string, poolFilters: number): InceptionBlock => ({
  name,
  branches: [
    branch(conv('branch1x1', 64)),
    branch(conv('branch5x5_1', 48), conv('branch5x5_2', 64, 5, { padding: 2 })),
    branch(
      conv('branch3x3dbl_1', 64),
      conv('branch3x3dbl_2', 96, 3, around),
      conv('branch3x3dbl_3', 96, 3, around),
    ),
    averaged(poolFilters),
  ],
});

/** Figure 6 of the paper: 7x7 convolutions, each as a 1x7 and a 7x1 convolution. */
const blockC = (name: string, narrow: number): InceptionBlock => ({
  name,
  branches: [
    branch(conv('branch1x1', 192)),
    branch(
      conv('branch7x7_1', narrow),
      conv('branch7x7_2', narrow, [1, 7], row),
      conv('branch7x7_3', 192, [7, 1], column),
    ),
    branch(
      conv('branch7x7dbl_1', narrow),
      conv('branch7x7dbl_2', narrow, [7, 1], column),
      conv('branch7x7dbl_3', narrow, [1, 7], row),
      conv('branch7x7dbl_4', narrow, [7, 1], column),
      conv('branch7x7dbl_5', 192, [1, 7], row),
    ),
    averaged(192),
  ],
});

/** Figure 7 of the paper: a 1x3 and a 3x1 convolution side by side, on the coarsest map. */
const blockE = (name: string): InceptionBlock => ({
  name,
  branches: [
    branch(conv('branch1x1', 320)),
    forked(
      conv('branch3x3_1', 384),
      conv('branch3x3_2a', 384, [1, 3], { padding: [0, 1] }),
      conv('branch3x3_2b', 384, [3, 1], { padding: [1, 0] }),
    ),
    forked(
      conv('branch3x3dbl_1', 448),
      conv('branch3x3dbl_2', 384, 3, around),
      conv('branch3x3dbl_3a', 384, [1, 3], { padding: [0, 1] }),
      conv('branch3x3dbl_3b', 384, [3, 1], { padding: [1, 0] }),
    ),
    averaged(192),
  ],
});

/** The blocks after the stem. Szegedy et al. 2015, table 1. https://arxiv.org/abs/1512.00567 */
export const inceptionBlocks: readonly InceptionBlock[] = [
  blockA('Mixed_5b', 32),
  blockA('Mixed_5c', 64),
  blockA('Mixed_5d', 64),
  {
    name: 'Mixed_6a',
    branches: [
      branch(conv('branch3x3', 384, 3, halving)),
      branch(
        conv('branch3x3dbl_1', 64),
        conv('branch3x3dbl_2', 96, 3, around),
        conv('branch3x3dbl_3', 96, 3, halving),
      ),
      pooled,
    ],
  },
  blockC('Mixed_6b', 128),
  blockC('Mixed_6c', 160),
  blockC('Mixed_6d', 160),
  blockC('Mixed_6e', 192),
  {
    name: 'Mixed_7a',
    branches: [
      branch(conv('branch3x3_1', 192), conv('branch3x3_2', 320, 3, halving)),
      branch(
        conv('branch7x7x3_1', 192),
        conv('branch7x7x3_2', 192, [1, 7], row),
        conv('branch7x7x3_3', 192, [7, 1], column),
        conv('branch7x7x3_4', 192, 3, halving),
      ),
      pooled,
    ],
  },
  blockE('Mixed_7b'),
  blockE('Mixed_7c'),
];
