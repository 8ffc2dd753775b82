import type { Attributes, ElementType } from '@shroom/formats';
import type { Operator } from '../graph/lowering';
import { GraphNode, type NumericType, type Shape } from '../graph/node';

/** A constant argument of an ONNX operator: a list of 64-bit integers, a scalar, or nothing. */
export type Argument =
  | readonly number[]
  | { readonly value: number; readonly type: ElementType }
  | null;

const operators = new Map<string, Operator>();

/**
 * An ONNX operator in tfjs's layout, with constant arguments after its inputs.
 *
 * @param options.output Index of the output to use if the operator has several. Default 0.
 * @param options.outputs Number of outputs. Default 1.
 */
export function plain(
  type: string,
  inputs: readonly GraphNode[],
  shape: Shape,
  options: {
    readonly dtype?: NumericType;
    readonly attributes?: Attributes;
    readonly arguments?: readonly Argument[];
    readonly output?: number;
    readonly outputs?: number;
    readonly wide?: boolean;
  } = {},
): GraphNode {
  const { dtype = inputs[0]!.dtype, attributes = {}, output = 0, outputs = 1 } = options;
  const args = options.arguments ?? [];
  // An int64 result is converted to int32, because tfjs has no int64.
  const wide = options.wide ?? false;
  const name = `${type}(${args.map(describe).join(';')})${output}/${outputs}${wide}`;
  let operator = operators.get(name);
  if (operator === undefined) {
    operator = {
      name,
      lower: (graph, node) => {
        const constants = args.map(arg => {
          if (arg === null) return '';
          return 'value' in arg ? graph.scalar(arg.value, arg.type) : graph.integers(arg);
        });
        const values = [...node.inputs.map(input => graph.plain(input)), ...constants];
        let value = graph.addMany(type, values, outputs, node.attributes)[output]!;
        if (wide) value = graph.add('Cast', [value], { to: 6 });
        graph.place(node, value);
      },
    };
    operators.set(name, operator);
  }
  return new GraphNode(operator, inputs, shape, dtype, attributes);
}

function describe(argument: Argument): string {
  if (argument === null) return '';
  return 'value' in argument ? `${argument.type}${argument.value}` : argument.join();
}
