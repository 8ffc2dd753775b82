import {
  add,
  addN,
  div,
  minimum,
  mul,
  type NamedTensorMap,
  type Scalar,
  scalar,
  sqrt,
  square,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { requireNumber } from '../options/requirements';

/**
 * Global norm: the Euclidean norm of all gradients as one vector.
 *
 * @example
 * ```ts
 * import { scalar } from '@tensorflow/tfjs-core';
 *
 * const norm = globalNorm({ a: scalar(3), b: scalar(4) }); // 5
 * norm.dispose();
 * ```
 */
export function globalNorm(gradients: NamedTensorMap): Scalar {
  return tidy(() => {
    const squares = Object.values(gradients).map(gradient => sum(square(gradient)));
    return sqrt(squares.length > 0 ? addN(squares) : scalar(0)) as Scalar;
  });
}

/**
 * Multiplies all gradients by one factor, so that their global norm is at most `most`. Gradients with a smaller norm stay
 * the same.
 *
 * @throws RangeError when `most` is not above 0.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 * @example
 * ```ts
 * import { dispose, scalar } from '@tensorflow/tfjs-core';
 *
 * const clipped = clipByGlobalNorm({ a: scalar(3), b: scalar(4) }, 1); // a: 0.6, b: 0.8
 * dispose(clipped); // these are new tensors; the input tensors are not disposed
 * ```
 */
export function clipByGlobalNorm(gradients: NamedTensorMap, most: number): NamedTensorMap {
  requireNumber('most', most, { above: 0 });
  return tidy(() => {
    const factor = minimum(1, div(most, add(globalNorm(gradients), 1e-6)));
    const clipped = Object.entries(gradients).map(([name, gradient]): [string, Tensor] => [
      name,
      mul(gradient, factor),
    ]);
    return Object.fromEntries(clipped);
  });
}
