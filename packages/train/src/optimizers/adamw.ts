import { mul, type Scalar, sub, type Tensor } from '@tensorflow/tfjs-core';
import { Adam } from './adam';

/**
 * Adam with decoupled weight decay: each step subtracts `learningRate * weightDecay` times the weight, outside the moving
 * averages.
 *
 * @see Loshchilov & Hutter 2019, algorithm 2. https://arxiv.org/abs/1711.05101
 * @see https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
 * @example
 * ```ts
 * import { scalar, variable } from '@tensorflow/tfjs-core';
 *
 * const weight = variable(scalar(1), true, 'w');
 * const optimizer = new AdamW({ weightDecay: 0.5 });
 * optimizer.apply([weight], { w: scalar(0) }, 0.1); // 0.95: the gradient is 0, so only the decay acts
 * optimizer.dispose();
 * ```
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
