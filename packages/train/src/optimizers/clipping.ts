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
 * The length of all gradients as one vector.
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
 * All gradients, scaled by one factor so that together they are no longer than `most`.
 *
 * @throws RangeError when `most` is not above 0.
 * @see https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 * @example
 * ```ts
 * import { dispose, scalar } from '@tensorflow/tfjs-core';
 *
 * const clipped = clipByGlobalNorm({ a: scalar(3), b: scalar(4) }, 1); // a: 0.6, b: 0.8
 * dispose(clipped); // new tensors; those that were given stay
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
