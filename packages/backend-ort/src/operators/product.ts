import { GraphNode, type Operator } from '../graph/node';
import { broadcast } from './elementwise';

const matMulOperator: Operator = {
  name: 'MatMul',
  lower: (graph, node) => {
    const [a, b, bias] = node.inputs as [GraphNode, GraphNode, GraphNode?];
    const { transA, transB } = node.attributes as Record<string, number>;
    const inputs = [graph.plain(a), graph.plain(b)];
    if (a.rank === 2 && b.rank === 2 && a.dtype === 'float32') {
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

/** `a @ b`, over leading axes that broadcast; the last two axes of either may be swapped. */
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
