/** What varies between the networks of the family. He et al. 2015, table 1. https://arxiv.org/abs/1512.03385 */
export interface ResNetConfig {
  /** Kind of block: two 3x3 convolutions, or 1x1, 3x3 and 1x1 with four times as many channels at the end. */
  readonly block: 'basic' | 'bottleneck';
  /** Number of blocks in each of the four stages. */
  readonly depths: readonly [number, number, number, number];
  /** Which convolution of a bottleneck block halves the feature map: the first 1x1 as in the paper, or the 3x3 ("v1.5"). */
  readonly strideOn: '1x1' | '3x3';
  /** Whether convolutions have a bias, although a batch norm follows. */
  readonly convolutionBias: boolean;
  /** Number added to the variance in batch norms. */
  readonly epsilon: number;
}

const torchvision = { strideOn: '3x3', convolutionBias: false, epsilon: 1e-5 } as const;

/**
 * The networks of the paper as torchvision has them, and Keras's ResNet50.
 *
 * @example
 * ```ts
 * const { block, depths } = resNetVariants.resnet50; // 'bottleneck', [3, 4, 6, 3]
 * ```
 */
export const resNetVariants = {
  resnet18: { ...torchvision, block: 'basic', depths: [2, 2, 2, 2] },
  resnet34: { ...torchvision, block: 'basic', depths: [3, 4, 6, 3] },
  resnet50: { ...torchvision, block: 'bottleneck', depths: [3, 4, 6, 3] },
  resnet101: { ...torchvision, block: 'bottleneck', depths: [3, 4, 23, 3] },
  resnet152: { ...torchvision, block: 'bottleneck', depths: [3, 8, 36, 3] },
  /** Keras's ResNet50, as trained for Keras's first releases. */
  resnet50Keras: {
    block: 'bottleneck',
    depths: [3, 4, 6, 3],
    strideOn: '1x1',
    convolutionBias: true,
    epsilon: 1e-3,
  },
} as const satisfies Record<string, ResNetConfig>;
