import type { Lowering, Operator } from '../graph/lowering';
import { GraphNode } from '../graph/node';
import { broadcast } from './elementwise';
import { cut, padTo, sumInStages } from './stages';

/** Products of rows and columns of this length or more are split, because ONNX Runtime adds up in float32. */
const manyProducts = 1 << 16;
/** Maximum number of products that one part adds up. */
const mostInPart = 1024;

const matMulOperator: Operator = {
  name: 'MatMul',
  lower: (graph, node) => {
    const [a, b, bias] = node.inputs as [GraphNode, GraphNode, GraphNode?];
    const { transA, transB } = node.attributes as Record<string, number>;
    const inputs = [graph.plain(a), graph.plain(b)];
    if (a.rank === 2 && b.rank === 2 && a.dtype === 'float32') {
      const inner = a.shape[transA === 1 ? 0 : 1]!;
      if (inner > manyProducts) {
        const value = inParts(graph, node, inner);
        graph.place(
          node,
          bias === undefined ? value : graph.add('Add', [value, graph.plain(bias)]),
        );
        return;
      }
      if (bias !== undefined) inputs.push(graph.plain(bias));
      graph.place(node, graph.add('Gemm', inputs, { transA: transA!, transB: transB! }));
      return;
    }
    const value =
      transA === 0 && transB === 0
        ? graph.add('MatMul', inputs)
        : graph.addMicrosoft('FusedMatMul', inputs, { transA: transA!, transB: transB! });
    graph.place(node, bias === undefined ? value : graph.add('Add', [value, graph.plain(bias)]));
  },
};

/** Computes a product of two matrices as a sum of products of parts, so that no digits are lost for long rows. */
function inParts(graph: Lowering, node: GraphNode, inner: number): string {
  const [a, b] = node.inputs as [GraphNode, GraphNode];
  const [rows, columns] = node.shape as [number, number];
  const { parts, of } = cut(inner, mostInPart);
  /** Shape `[parts, of, outer]`, or `[parts, outer, of]` if the split axis is last. */
  const cutUp = (x: GraphNode, isLast: boolean, outer: number): string => {
    const shape = isLast ? [outer, inner] : [inner, outer];
    const whole = padTo(graph, graph.plain(x), shape, isLast ? 1 : 0, parts * of);
    if (!isLast) return graph.reshape(whole, [parts, of, outer]);
    const lines = graph.reshape(whole, [outer, parts, of]);
    return graph.add('Transpose', [lines], { perm: [1, 0, 2] });
  };
  const transA = node.attributes.transA as number;
  const transB = node.attributes.transB as number;
  const factors = [cutUp(a, transA === 0, rows), cutUp(b, transB === 1, columns)];
  const products = graph.addMicrosoft('FusedMatMul', factors, { transA, transB });
  const shape = [parts, rows, columns];
  return (
    sumInStages(graph, 'ReduceSum', products, shape, [0], [rows, columns]) ??
    graph.add('ReduceSum', [products, graph.integers([0])], { keepdims: 0 })
  );
}

/** `a @ b` with leading axes that broadcast. The last two axes of either operand may be transposed. */
export function matMul(
  a: GraphNode,
  b: GraphNode,
  options: {
    readonly transposeA?: boolean;
    readonly transposeB?: boolean;
    readonly bias?: GraphNode;
  } = {},
): GraphNode {
  const { transposeA = false, transposeB = false, bias } = options;
  const rows = a.shape.at(transposeA ? -1 : -2)!;
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const inputs = bias === undefined ? [a, b] : [a, b, bias];
  return new GraphNode(matMulOperator, inputs, [...batch, rows, columns], a.dtype, {
    transA: transposeA ? 1 : 0,
    transB: transposeB ? 1 : 0,
  });
}
