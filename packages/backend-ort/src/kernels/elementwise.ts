import type { GraphNode, NumericType } from '../graph/node';
import { compare, multiply, rsqrt, where } from '../operators/arithmetic';
import { cast, elementwise, scalar } from '../operators/elementwise';
import { integerProduct, toInteger } from '../operators/integers';
import type { KernelCall, Translation, Translations } from './kernel';
import { log } from './log-sum';
import { elu, expm1, log1p, selu, sigmoid, tanh } from './tails';

type Unary = (x: GraphNode) => GraphNode | undefined;

/** Elementwise kernels on floats that are a single ONNX operator, with the operator's name. */
const floatOperators = {
  Acos: 'Acos',
  Acosh: 'Acosh',
  Asin: 'Asin',
  Asinh: 'Asinh',
  Atan: 'Atan',
  Atanh: 'Atanh',
  Ceil: 'Ceil',
  Cos: 'Cos',
  Cosh: 'Cosh',
  Erf: 'Erf',
  Exp: 'Exp',
  Floor: 'Floor',
  Reciprocal: 'Reciprocal',
  Round: 'Round',
  Sin: 'Sin',
  Sinh: 'Sinh',
  Sqrt: 'Sqrt',
  Tan: 'Tan',
} as const;

const floats: Translations = Object.fromEntries(
  Object.entries(floatOperators).map(([kernel, type]) => [
    kernel,
    unary(x => (x.dtype === 'float32' ? elementwise(type, [x]) : undefined)),
  ]),
);

function unary(build: Unary): Translation {
  return ({ inputs }: KernelCall) => build(inputs.x ?? inputs.input!);
}

function float(
  build: (x: GraphNode, attrs: Readonly<Record<string, number>>) => GraphNode,
): Translation {
  return ({ inputs, attrs }: KernelCall<Readonly<Record<string, number>>>) =>
    inputs.x!.dtype === 'float32' ? build(inputs.x!, attrs) : undefined;
}

/** `max(x, 0)`. */
function relu(x: GraphNode): GraphNode {
  return elementwise('Relu', [x]);
}

/** Clips `x` to a range; NaN stays NaN. */
function clip(x: GraphNode, low: number, high: number): GraphNode {
  return elementwise('Clip', [x, scalar(low, x.dtype), scalar(high, x.dtype)]);
}

const numeric = (x: GraphNode): boolean => x.dtype !== 'bool';
const isFloat = (x: GraphNode): boolean => x.dtype === 'float32';

/** Kernels with one input. */
export const elementwiseKernels: Translations = {
  ...floats,
  Abs: unary(x => (numeric(x) ? elementwise('Abs', [x]) : undefined)),
  Neg: unary(x => (numeric(x) ? elementwise('Neg', [x]) : undefined)),
  Sign: unary(x => (isFloat(x) ? sign(x) : undefined)),
  Square: unary(x => {
    if (x.dtype === 'int32') return integerProduct(x, x);
    return isFloat(x) ? multiply(x, x) : undefined;
  }),
  Rsqrt: unary(x => (isFloat(x) ? rsqrt(x) : undefined)),
  Sigmoid: unary(x => (isFloat(x) ? sigmoid(x) : undefined)),
  Tanh: unary(x => (isFloat(x) ? tanh(x) : undefined)),
  Expm1: unary(x => (isFloat(x) ? expm1(x) : undefined)),
  Log: unary(x => (isFloat(x) ? log(x) : undefined)),
  Log1p: unary(x => (isFloat(x) ? log1p(x) : undefined)),
  Relu: unary(x => (isFloat(x) ? relu(x) : undefined)),
  Relu6: unary(x => (isFloat(x) ? clip(x, 0, 6) : undefined)),
  LogicalNot: unary(x => elementwise('Not', [cast(x, 'bool')])),
  IsNan: unary(x => (isFloat(x) ? elementwise('IsNaN', [x], {}, 'bool') : undefined)),
  IsInf: unary(x => (isFloat(x) ? elementwise('IsInf', [x], {}, 'bool') : undefined)),
  IsFinite: unary(x => {
    if (!isFloat(x)) return undefined;
    const odd = [elementwise('IsInf', [x], {}, 'bool'), elementwise('IsNaN', [x], {}, 'bool')];
    return elementwise('Not', [elementwise('Or', odd)]);
  }),
  Softplus: float(x => softplus(x)),
  Elu: float(x => elu(x)),
  Selu: float(x => selu(x)),
  LeakyRelu: float((x, { alpha }) => leakyRelu(x, alpha!)),
  Step: float((x, { alpha }) => step(x, alpha ?? 0)),
  ClipByValue: ({ inputs, attrs }: KernelCall<{ clipValueMin: number; clipValueMax: number }>) =>
    isFloat(inputs.x!) ? clip(inputs.x!, attrs.clipValueMin, attrs.clipValueMax) : undefined,
  Cast: ({ inputs, attrs }: KernelCall<{ dtype: NumericType | 'complex64' | 'string' }>) => {
    const { dtype } = attrs;
    if (dtype === 'complex64' || dtype === 'string') return undefined;
    return convert(inputs.x!, dtype);
  },
};

export function leakyRelu(x: GraphNode, alpha: number): GraphNode {
  return elementwise('LeakyRelu', [x], { alpha: { float: alpha } });
}

/** 1 above zero, `alpha` elsewhere; NaN stays NaN. */
function step(x: GraphNode, alpha: number): GraphNode {
  const positive = compare('Greater', x, scalar(0));
  // The output of a ReLU is NaN only where its input was NaN; there the product with the gradient is NaN already.
  if (alpha === 0 && x.operator?.name === 'Relu') return cast(positive, 'float32');
  const value = where(positive, scalar(1), scalar(alpha));
  return where(elementwise('IsNaN', [x], {}, 'bool'), x, value);
}

function sign(x: GraphNode): GraphNode {
  return where(elementwise('IsNaN', [x], {}, 'bool'), scalar(0), elementwise('Sign', [x]));
}

/** `log(1 + exp(x))` without overflow. */
function softplus(x: GraphNode): GraphNode {
  return elementwise('Softplus', [x]);
}

/** Converts dtypes as tfjs's `cast` does. */
function convert(x: GraphNode, dtype: NumericType): GraphNode {
  return x.dtype === 'float32' && dtype === 'int32' ? toInteger(x) : cast(x, dtype);
}
