import type { GraphNode } from './node';
import type { Schedule } from './schedule';

/** Operators whose inputs after the first are weights. */
const convolutionOperators = new Set(['Conv', 'DepthwiseConv']);
const weightedOperators = new Set([...convolutionOperators, 'MatMul']);
const filterGradients = new Set(['ConvFilterGradient', 'DepthwiseFilterGradient']);

/** A model may not exceed two gigabytes; the difference is reserved for everything else. */
const mostBytes = 1.5e9;

/** The leaves of a structure of computation that are weights and are not trained by its runs, by index. */
export interface WeightPlaces {
  /** Filters of convolutions. */
  readonly filters: readonly number[];
  /** Right factors of matrix products, biases, and vectors with one number per channel. */
  readonly others: readonly number[];
}

/**
 * Finds weights that a computation reads but does not train: it computes neither their next values nor their gradients. The
 * result depends only on the structure.
 */
export function findWeights(work: Schedule): WeightPlaces {
  const { nodes, leaves } = work;
  const filters = new Set<GraphNode>();
  const others = new Set<GraphNode>();
  for (const node of nodes) {
    if (!weightedOperators.has(node.operator!.name)) continue;
    const [filter, ...rest] = node.inputs.slice(1).map(unshaped) as [GraphNode, ...GraphNode[]];
    (convolutionOperators.has(node.operator!.name) ? filters : others).add(filter);
    for (const input of rest) others.add(input);
  }
  if (filters.size === 0) return { filters: [], others: [] };
  const trained = trainedBy(work);
  const places = { filters: [] as number[], others: [] as number[] };
  leaves.forEach((leaf, i) => {
    if (trained(leaf)) return;
    if (filters.has(leaf)) places.filters.push(i);
    else if (others.has(leaf) || leaf.size === leaf.shape.at(-1)) places.others.push(i);
  });
  return places;
}

/**
 * The indices of leaves that are compiled in: filters of convolutions, because ONNX Runtime then uses faster kernels, and
 * the other weights of such networks. Filters are variables or arrays of the program. All other leaves are fed: matrix
 * products are as fast with fed weights, and most programs with only such products change their weights continuously.
 */
export function compiledIn({ leaves }: Schedule, { filters, others }: WeightPlaces): number[] {
  const frozen = filters.filter(i => leaves[i]!.variable || leaves[i]!.written);
  if (frozen.length === 0) return [];
  const variables = others.filter(i => leaves[i]!.variable && leaves[i]!.size > 1);
  let bytes = 0;
  return [...frozen, ...variables].filter(i => {
    const own = leaves[i]!.data!.byteLength;
    if (bytes + own > mostBytes) return false;
    bytes += own;
    return true;
  });
}

/**
 * Variables that are weights of a network with convolutions and are not computed yet. They have to be known before the rest
 * is compiled. Otherwise the network would compute differently right after its weights were assigned. Weights that the rest
 * trains are excluded: they are fed when they are known.
 */
export function pendingWeights(work: Schedule): GraphNode[] {
  const { nodes } = work;
  if (!nodes.some(node => convolutionOperators.has(node.operator!.name))) return [];
  const found: GraphNode[] = [];
  /**
   * Values from which a larger value is computed, as from weights, or a product. (Values that update a weight have the
   * weight's size.)
   */
  const spread = new Set<GraphNode>();
  for (const node of nodes.toReversed()) {
    if (node.variable && node.size > 1 && spread.has(node) && !node.failure) found.push(node);
    const weighted = weightedOperators.has(node.operator!.name);
    const passes = spread.has(node);
    node.inputs.forEach((input, place) => {
      if (input.data !== undefined) return;
      const larger = weighted ? place > 0 : node.size > input.size;
      if (larger || (passes && node.size === input.size)) spread.add(input);
    });
  }
  if (found.length === 0) return found;
  const trained = trainedBy(work);
  return found.filter(node => !trained(node));
}

/** Returns a function that says whether a run computes a weight's next value or its gradient. */
function trainedBy({ nodes, targets }: Schedule): (weight: GraphNode) => boolean {
  const trains = nodes.some(
    ({ operator, attributes }) =>
      filterGradients.has(operator!.name) ||
      (operator!.name === 'MatMul' && attributes.transA === 1),
  );
  // A gradient may have axes of length 1 that its weight does not have.
  const shapeOf = (node: GraphNode) => node.shape.filter(length => length !== 1).join();
  // It is unknown which weight a gradient belongs to, so all weights of its shape count as trained.
  const gradients = new Set(trains ? targets.filter(target => !target.variable).map(shapeOf) : []);
  const moved = new Set<GraphNode>();
  for (const target of targets) reach(target, moved);
  return weight => moved.has(weight) || gradients.has(shapeOf(weight));
}

/**
 * Adds the values from which a value is computed element by element. An optimizer computes a weight's next value from the
 * weight in this way.
 */
function reach(target: GraphNode, reached: Set<GraphNode>): void {
  const stack = [target];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (node.data !== undefined || weightedOperators.has(node.operator!.name)) continue;
    for (const input of node.inputs) {
      if (input.size !== target.size || input.rank !== target.rank || reached.has(input)) continue;
      reached.add(input);
      stack.push(input);
    }
  }
}

/** The value before it was reshaped. */
function unshaped(node: GraphNode): GraphNode {
  let source = node;
  while (source.data === undefined && source.operator?.name === 'Reshape')
    source = source.inputs[0]!;
  return source;
}
