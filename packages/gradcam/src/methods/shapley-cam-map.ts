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

/** Computes the map of Shapley-CAM: see `shapleyCam`. */
export async function shapleyMap({ parts, features, side, score }: Evidence): Promise<Tensor3D> {
  const [count, height, width, channels] = features.shape;
  const rows = Array.from({ length: count }, (_, image) => image);
  const weights = (): Tensor => {
    if (parts.pooled) {
      const of = (pooled: Tensor) => sum(score(parts.pooledTail(pooled as Tensor2D), rows));
      // The gradient is taken with respect to the pooled vector, to which each of the height x width positions contributes equally.
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

/** The gradient minus half of the Hessian times the point. */
function bentGradient(of: (at: Tensor) => Tensor, point: Tensor): Tensor {
  const gradient = grad(of);
  // The direction is a copy of the tensor. If it were the differentiated tensor itself, the gradient of the
  // product would include the direction's own part.
  const direction = point.clone();
  const along = grad((at: Tensor) =>
    // A linear function has a constant gradient. Adding `sum(at) * 0` makes its second derivative 0 instead of an error.
    add(sum(mul(gradient(at), direction)), mul(sum(at), 0)),
  );
  return sub(gradient(point), mul(along(point), 0.5));
}
