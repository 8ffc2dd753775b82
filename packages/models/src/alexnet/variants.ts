export interface AlexNetConvolution {
  /** Index in torchvision's `features`. A ReLU follows the convolution, and a pooling layer if the convolution has one. */
  readonly index: number;
  readonly filters: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  readonly pool: boolean;
}

/** The five convolutions. Krizhevsky 2014. https://arxiv.org/abs/1404.5997 */
export const alexNetConvolutions: readonly AlexNetConvolution[] = [
  { index: 0, filters: 64, kernelSize: 11, stride: 4, padding: 2, pool: true },
  { index: 3, filters: 192, kernelSize: 5, stride: 1, padding: 2, pool: true },
  { index: 6, filters: 384, kernelSize: 3, stride: 1, padding: 1, pool: false },
  { index: 8, filters: 256, kernelSize: 3, stride: 1, padding: 1, pool: false },
  { index: 10, filters: 256, kernelSize: 3, stride: 1, padding: 1, pool: true },
];
