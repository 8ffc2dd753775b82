import type { GraphNode } from '../graph/node';
import { compare, multiply, where } from '../operators/arithmetic';
import { cast, elementwise, scalar } from '../operators/elementwise';
import {
  floorDivision,
  integerProduct,
  integerSquaredDifference,
  remainder,
} from '../operators/integers';
import { reshape } from '../operators/shape';
import { leakyRelu } from './elementwise';
import type { KernelCall, Translation, Translations } from './kernel';
import { withoutMaximum } from './log-sum';
import { elu, sigmoid } from './tails';

type Binary = (a: GraphNode, b: GraphNode) => GraphNode | undefined;

function binary(build: Binary): Translation {
  return ({ inputs }: KernelCall) => build(inputs.a!, inputs.b!);
}

/** Whether both values have the same numeric dtype. */
const alike = (a: GraphNode, b: GraphNode): boolean => a.dtype === b.dtype && a.dtype !== 'bool';

function arithmetic(type: string): Translation {
  return binary((a, b) => (alike(a, b) ? elementwise(type, [a, b]) : undefined));
}

/** A comparison, which treats booleans as numbers. */
function comparison(type: 'Greater' | 'Less' | 'GreaterOrEqual' | 'LessOrEqual' | 'Equal'): Binary {
  return (a, b) => {
    if (a.dtype !== b.dtype) return undefined;
    const [x, y] = a.dtype === 'bool' ? [cast(a, 'int32'), cast(b, 'int32')] : [a, b];
    return compare(type, x, y);
  };
}

function logical(type: 'And' | 'Or' | 'Xor'): Translation {
  return binary((a, b) => elementwise(type, [cast(a, 'bool'), cast(b, 'bool')]));
}

/** Kernels with two or more inputs that broadcast. */
export const arithmeticKernels: Translations = {
  Add: arithmetic('Add'),
  Sub: binary((a, b) => {
    if (!alike(a, b)) return undefined;
    return withoutMaximum(a, b) ?? elementwise('Sub', [a, b]);
  }),
  Multiply: binary((a, b) => {
    if (!alike(a, b)) return undefined;
    return a.dtype === 'int32' ? integerProduct(a, b) : elementwise('Mul', [a, b]);
  }),
  Maximum: arithmetic('Max'),
  Minimum: arithmetic('Min'),
  RealDiv: binary((a, b) =>
    a.dtype === 'float32' && b.dtype === 'float32' ? elementwise('Div', [a, b]) : undefined,
  ),
  Pow: binary((a, b) =>
    a.dtype === 'float32' && b.dtype === 'float32' ? elementwise('Pow', [a, b]) : undefined,
  ),
  Mod: binary((a, b) =>
    a.dtype === 'float32' && b.dtype === 'float32' ? remainder(a, b) : undefined,
  ),
  FloorDiv: binary((a, b) =>
    a.dtype === 'float32' && b.dtype === 'float32' ? floorDivision(a, b) : undefined,
  ),
  SquaredDifference: binary((a, b) => {
    if (!alike(a, b)) return undefined;
    if (a.dtype === 'int32') return integerSquaredDifference(a, b);
    const difference = elementwise('Sub', [a, b]);
    return multiply(difference, difference);
  }),
  Greater: binary(comparison('Greater')),
  GreaterEqual: binary(comparison('GreaterOrEqual')),
  Less: binary(comparison('Less')),
  LessEqual: binary(comparison('LessOrEqual')),
  Equal: binary(comparison('Equal')),
  NotEqual: binary((a, b) => {
    const equal = comparison('Equal')(a, b);
    return equal && elementwise('Not', [equal]);
  }),
  LogicalAnd: logical('And'),
  LogicalOr: logical('Or'),
  LogicalXor: logical('Xor'),
  AddN: ({ list }: KernelCall) => {
    if (list.some(x => x.dtype !== list[0]!.dtype || x.dtype === 'bool')) return undefined;
    return list.reduce((sum, x) => elementwise('Add', [sum, x]));
  },
  Select: ({ inputs }: KernelCall) => {
    const condition = cast(inputs.condition!, 'bool');
    const t = inputs.t!;
    const e = inputs.e!;
    if (t.dtype !== e.dtype) return undefined;
    // A condition of rank 1 selects rows.
    const rows = condition.rank === 1 && t.rank > 1;
    const chosen = rows
      ? reshape(condition, [condition.size, ...t.shape.slice(1).map(() => 1)])
      : condition;
    if (t.dtype !== 'bool') return where(chosen, t, e);
    return cast(where(chosen, cast(t, 'int32'), cast(e, 'int32')), 'bool');
  },
  Prelu: ({ inputs }: KernelCall) => {
    const x = inputs.x!;
    const alpha = inputs.alpha!;
    if (x.dtype !== 'float32' || alpha.dtype !== 'float32') return undefined;
    return where(compare('Less', x, scalar(0)), multiply(x, alpha), x);
  },
  EluGrad: ({ inputs }: KernelCall) => {
    const dy = inputs.dy!;
    const y = inputs.y!;
    const slope = elementwise('Add', [y, scalar(1)]);
    return where(compare('GreaterOrEqual', y, scalar(0)), dy, multiply(dy, slope));
  },
};

/** Applies the activation of a fused kernel. @returns `undefined` for an activation without an ONNX form. */
export function activate(
  x: GraphNode,
  activation: string,
  attrs: { readonly leakyreluAlpha?: number },
  weights?: GraphNode,
): GraphNode | undefined {
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return elementwise('Relu', [x]);
    case 'relu6':
      return elementwise('Min', [elementwise('Relu', [x]), scalar(6)]);
    case 'elu':
      return elu(x);
    case 'sigmoid':
      return sigmoid(x);
    case 'leakyrelu':
      return leakyRelu(x, attrs.leakyreluAlpha ?? 0.2);
    case 'prelu':
      return weights && where(compare('Less', x, scalar(0)), multiply(x, weights), x);
    default:
      return undefined;
  }
}
