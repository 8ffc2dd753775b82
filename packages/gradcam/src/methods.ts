import { maximum, mean, mul, relu, sum, type Tensor3D, type Tensor4D } from '@tensorflow/tfjs-core';

/**
 * Weighs a feature map with its gradient.
 *
 * @param features `[N, h, w, C]`.
 * @param gradient Of the explained score by the features, `[N, h, w, C]` or `[N, 1, 1, C]` where it is the same everywhere.
 * @returns `[N, h, w]`, signed.
 */
export type Method = (features: Tensor4D, gradient: Tensor4D) => Tensor3D;

/** Mean gradient of each channel as its weight. Selvaraju et al. 2017, equations 1 and 2. https://arxiv.org/abs/1610.02391 */
export const gradCam: Method = (features, gradient) =>
  sum(mul(features, mean(gradient, [1, 2], true)), 3);

/** Each place weighed by its own gradient. Draelos & Carin 2020. https://arxiv.org/abs/2011.08891 */
export const hiResCam: Method = (features, gradient) => sum(mul(features, gradient), 3);

/** Like HiResCAM, but only by what raises the score. Jiang et al. 2021. https://doi.org/10.1109/TIP.2021.3089943 */
export const layerCam: Method = (features, gradient) => sum(mul(features, relu(gradient)), 3);

/** Only the places and channels that raise the score, each by its own gradient; as pytorch-grad-cam has it. */
export const gradCamElementWise: Method = (features, gradient) =>
  sum(maximum(mul(features, gradient), 0), 3);
