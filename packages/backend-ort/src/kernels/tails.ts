import type { GraphNode } from '../graph/node';
import { add, compare, divide, multiply, subtract, where } from '../operators/arithmetic';
import { elementwise, scalar } from '../operators/elementwise';

/**
 * Functions that ONNX Runtime approximates by a rational function between two bounds. That keeps the absolute error small,
 * but not the relative error: its sigmoid is 0 below -18 and 17 % off at -15. Here they are composed of operators that keep
 * the relative error small.
 */

/** Below this, the hyperbolic tangent of `x` equals `x`. It is far above the smallest normal number. */
const tiny = 1e-30;

const largest = 3.4028234663852886e38;

const exp = (x: GraphNode): GraphNode => elementwise('Exp', [x]);
const negative = (x: GraphNode): GraphNode => elementwise('Neg', [x]);

/** `1 / (1 + exp(-x))`. */
export function sigmoid(x: GraphNode): GraphNode {
  return elementwise('Reciprocal', [add(exp(negative(x)), scalar(1))]);
}

/**
 * ONNX Runtime's `Tanh` loses digits near 0, because it multiplies by small coefficients there. That part is subtracted
 * first.
 */
export function tanh(x: GraphNode): GraphNode {
  const part = elementwise('Clip', [x, scalar(-tiny), scalar(tiny)]);
  return add(elementwise('Tanh', [subtract(x, part)]), part);
}

/** `exp(x) - 1` for `x` of at most 0. It is computed as `2 t / (1 - t)` with `t = tanh(x / 2)`, without cancellation. */
function belowZero(x: GraphNode): GraphNode {
  const half = tanh(multiply(x, scalar(0.5)));
  return divide(add(half, half), subtract(scalar(1), half));
}

/** `exp(x) - 1`; above 0 it is `exp(x) (1 - exp(-x))`. */
export function expm1(x: GraphNode): GraphNode {
  const below = belowZero(negative(elementwise('Abs', [x])));
  return where(compare('Less', x, scalar(0)), below, multiply(exp(x), negative(below)));
}

/**
 * `log(1 + x)`. The factor `x / ((1 + x) - 1)` corrects the rounding of `1 + x`.
 *
 * @see Goldberg 1991, theorem 4. https://doi.org/10.1145/103162.103163
 */
export function log1p(x: GraphNode): GraphNode {
  const sum = add(scalar(1), x);
  // Finite, so that the quotient is not NaN.
  const bounded = elementwise('Min', [x, scalar(largest)]);
  const lost = divide(bounded, subtract(add(scalar(1), bounded), scalar(1)));
  const product = multiply(elementwise('Log', [sum]), lost);
  return where(compare('Equal', sum, scalar(1)), x, product);
}

/** `x` above 0, `exp(x) - 1` below. */
export function elu(x: GraphNode): GraphNode {
  return add(elementwise('Relu', [x]), belowZero(elementwise('Min', [x, scalar(0)])));
}

const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

export function selu(x: GraphNode): GraphNode {
  const below = belowZero(elementwise('Min', [x, scalar(0)]));
  const above = multiply(elementwise('Relu', [x]), scalar(seluScale));
  return add(above, multiply(below, scalar(seluScale * seluAlpha)));
}

/** The derivative of the sigmoid, from `exp(-|x|)`. */
export function sigmoidSlope(x: GraphNode): GraphNode {
  return bell(exp(negative(elementwise('Abs', [x]))));
}

/** The derivative of the hyperbolic tangent: four times that of the sigmoid at `2 x`. */
export function tanhSlope(x: GraphNode): GraphNode {
  const decay = exp(multiply(elementwise('Abs', [x]), scalar(-2)));
  return multiply(bell(decay), scalar(4));
}

/** `e / (1 + e)^2`. */
function bell(decay: GraphNode): GraphNode {
  const sum = add(decay, scalar(1));
  return divide(decay, multiply(sum, sum));
}

/** 1 above 0, `exp(x)` below. */
export function eluSlope(x: GraphNode): GraphNode {
  return exp(elementwise('Min', [x, scalar(0)]));
}
