/** The gradient that a method needs cannot be computed. `cause` is what TensorFlow.js said. */
export class GradientError extends Error {
  override readonly name = 'GradientError';
}
