import type { BlockGroup } from '../inverted-residuals/network';

/** The bottleneck rows of the paper's table 2. Sandler et al. 2018. https://arxiv.org/abs/1801.04381 */
export const mobileNetV2Groups: readonly BlockGroup[] = [
  { expansion: 1, channels: 16, depth: 1, stride: 1, kernelSize: 3 },
  { expansion: 6, channels: 24, depth: 2, stride: 2, kernelSize: 3 },
  { expansion: 6, channels: 32, depth: 3, stride: 2, kernelSize: 3 },
  { expansion: 6, channels: 64, depth: 4, stride: 2, kernelSize: 3 },
  { expansion: 6, channels: 96, depth: 3, stride: 1, kernelSize: 3 },
  { expansion: 6, channels: 160, depth: 3, stride: 2, kernelSize: 3 },
  { expansion: 6, channels: 320, depth: 1, stride: 1, kernelSize: 3 },
];
