import { grad, keep, type Scalar, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The gradient of a function by its input, and a tensor that the function finds on the way, as `jax.grad(f, has_aux=True)` gives
 * them. The caller disposes both; where it fails, what was found is disposed here, and what TensorFlow.js saved by `corrected`.
 *
 * @param f Gives the value to differentiate, and what it found.
 */
export function gradientWithAux<X extends Tensor, Aux extends Tensor>(
  f: (x: X) => readonly [value: Scalar, aux: Aux],
  x: X,
): [gradient: X, aux: Aux] {
  let kept: Aux | undefined;
  try {
    const gradient = grad(input => {
      const [value, aux] = f(input as X);
      // TensorFlow.js disposes what a forward pass makes besides its value.
      kept = keep(aux.clone());
      return value;
    })(x);
    return [gradient as X, kept!];
  } catch (error) {
    kept?.dispose();
    throw error;
  }
}
