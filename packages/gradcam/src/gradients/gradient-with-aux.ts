import { grad, keep, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Computes the gradient of a function with respect to its input, and a tensor that the function produces on the way, as
 * `jax.grad(f, has_aux=True)` does. The caller disposes both. If the computation fails, this function disposes the extra tensor,
 * and `corrected` disposes what TensorFlow.js saved.
 *
 * @param f Returns the value to differentiate, and the extra tensor.
 */
export function gradientWithAux<X extends Tensor, Aux extends Tensor>(
  f: (x: X) => readonly [value: Scalar, aux: Aux],
  x: X,
): [gradient: X, aux: Aux] {
  let kept: Aux | undefined;
  try {
    const gradient = grad(input => {
      const [value, aux] = f(input as X);
      // TensorFlow.js disposes everything that a forward pass creates except its value.
      kept = keep(aux.clone());
      return value;
    })(x);
    return [gradient as X, kept!];
  } catch (error) {
    kept?.dispose();
    throw error;
  }
}
