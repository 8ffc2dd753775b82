import { mul, type Scalar, sub, type Tensor } from '@tensorflow/tfjs-core';
import { Adam } from './adam';

/**
 * Adam whose weight decay does not pass through the averages: each step takes `learningRate * weightDecay` of a weight.
 *
 * @see Loshchilov & Hutter 2019, algorithm 2. https://arxiv.org/abs/1711.05101
 * @see https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 */
export class AdamW extends Adam {
  protected override decayed(
    weight: Tensor,
    gradient: Tensor,
    decay: number,
    learningRate: Scalar,
    factor: number,
  ) {
    if (decay === 0) return { weight, gradient };
    return { weight: mul(weight, sub(1, mul(learningRate, factor * decay))), gradient };
  }
}
