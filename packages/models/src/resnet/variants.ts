/** What varies between the members of the family. He et al. 2015, table 1. https://arxiv.org/abs/1512.03385 */
export interface ResNetConfig {
  /** Bottleneck blocks in each of the four stages. */
  readonly depths: readonly [number, number, number, number];
  /** Which convolution of a stage's first block halves the feature map: the paper's first 1x1, or the 3x3 ("v1.5"). */
  readonly strideOn: '1x1' | '3x3';
  /** Whether convolutions have a bias, although a batch norm follows. */
  readonly convolutionBias: boolean;
  /** Added to the variance in batch norms. */
  readonly epsilon: number;
}

export const resNetVariants = {
  /** The ResNet50 of Keras, as its first releases trained it. */
  resnet50Keras: { depths: [3, 4, 6, 3], strideOn: '1x1', convolutionBias: true, epsilon: 1e-3 },
} as const satisfies Record<string, ResNetConfig>;
