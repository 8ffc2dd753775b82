import {
  add,
  grad,
  mean,
  mul,
  reshape,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { differentiated, type Evidence } from '../evidence';
import { twiceDifferentiable } from '../gradients/second-gradients';

/** The map of Shapley-CAM: see `shapleyCam`. */
export async function shapleyMap({ parts, features, side, score }: Evidence): Promise<Tensor3D> {
  const [count, height, width, channels] = features.shape;
  const rows = Array.from({ length: count }, (_, image) => image);
  const weights = (): Tensor => {
    if (parts.pooled) {
      const of = (pooled: Tensor) => sum(score(parts.pooledTail(pooled as Tensor2D), rows));
      // By the pooled vector: places share it, each with one part in height x width.
      const bent = bentGradient(of, mean(features, [1, 2]));
      return reshape(mul(bent, 1 / (height * width)), [count, 1, 1, channels]);
    }
    const of = (map: Tensor) => sum(score(parts.tail(map as Tensor4D, side), rows));
    return mean(bentGradient(of, features), [1, 2], true);
  };
  return differentiated(
    () => tidy(() => sum(mul(features, weights()), 3) as Tensor3D),
    twiceDifferentiable,
  );
}

/** The gradient less half of the Hessian times the point. */
function bentGradient(of: (at: Tensor) => Tensor, point: Tensor): Tensor {
  const gradient = grad(of);
  // Not the tensor that is differentiated by, or its own part in the product would count too.
  const direction = point.clone();
  const along = grad((at: Tensor) =>
    // What is linear has a gradient that does not depend on where it is taken; its own gradient is then 0, not an error.
    add(sum(mul(gradient(at), direction)), mul(sum(at), 0)),
  );
  return sub(gradient(point), mul(along(point), 0.5));
}
