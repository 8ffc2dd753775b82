/** What varies between the members of the family. He et al. 2015, table 1. https://arxiv.org/abs/1512.03385 */
export interface ResNetConfig {
  /** Two 3x3 convolutions a block, or 1x1, 3x3 and 1x1 with four times the channels at the end. */
  readonly block: 'basic' | 'bottleneck';
  /** Blocks in each of the four stages. */
  readonly depths: readonly [number, number, number, number];
  /** Which convolution of a bottleneck stage halves the feature map: the paper's first 1x1, or the 3x3 ("v1.5"). */
  readonly strideOn: '1x1' | '3x3';
  /** Whether convolutions have a bias, although a batch norm follows. */
  readonly convolutionBias: boolean;
  /** Added to the variance in batch norms. */
  readonly epsilon: number;
}

const torchvision = { strideOn: '3x3', convolutionBias: false, epsilon: 1e-5 } as const;

/**
 * The networks of the paper as torchvision has them, and that of Keras.
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
  /** The ResNet50 of Keras, as its first releases trained it. */
  resnet50Keras: {
    block: 'bottleneck',
    depths: [3, 4, 6, 3],
    strideOn: '1x1',
    convolutionBias: true,
    epsilon: 1e-3,
  },
} as const satisfies Record<string, ResNetConfig>;
