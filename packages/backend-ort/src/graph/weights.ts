import type { GraphNode } from './node';
import type { Schedule } from './schedule';

/** Operators whose inputs after the first are weights. */
const convolutionOperators = new Set(['Conv', 'DepthwiseConv']);
const weightedOperators = new Set([...convolutionOperators, 'MatMul']);
const filterGradients = new Set(['ConvFilterGradient', 'DepthwiseFilterGradient']);

/** A model may not be larger than two gigabytes; the rest is headroom. */
const mostBytes = 1.5e9;

/** The places of one structure of computation where weights stand that its runs leave as they are, by the number of their leaf. */
export interface WeightPlaces {
  /** Filters of convolutions. */
  readonly filters: readonly number[];
  /** Right factors of products, biases, and vectors with a number for each channel. */
  readonly others: readonly number[];
}

/**
 * Finds weights that a computation reads and does not train: it gives neither their next values nor their gradients. It depends
 * on the structure alone.
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
 * The leaves that are compiled in, by their number: filters of convolutions, which ONNX Runtime computes in another way then, and
 * what goes with them. Filters are variables, or arrays of the program. Everything else is fed: products of matrices are as
 * fast with weights that are fed, and most programs that only have such products change them all the time.
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
 * Variables that stand as weights of a network with convolutions and are still to be computed. They have to be known before the
 * rest is compiled: else the network would compute in another way right after its weights were assigned than later. Weights that
 * the rest trains need not be: they are fed when they are known.
 */
export function pendingWeights(work: Schedule): GraphNode[] {
  const { nodes } = work;
  if (!nodes.some(node => convolutionOperators.has(node.operator!.name))) return [];
  const found: GraphNode[] = [];
  /** Values that a larger one is computed from, as weights are, or a product. What moves a weight has the weight's size. */
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

/** Tells whether a run computes a weight's next value, or its gradient. */
function trainedBy({ nodes, targets }: Schedule): (weight: GraphNode) => boolean {
  const trains = nodes.some(
    ({ operator, attributes }) =>
      filterGradients.has(operator!.name) ||
      (operator!.name === 'MatMul' && attributes.transA === 1),
  );
  // A gradient may have axes of one that its weight has not.
  const shapeOf = (node: GraphNode) => node.shape.filter(length => length !== 1).join();
  // Which weight a gradient belongs to cannot be told: all of its shape are taken for trained.
  const gradients = new Set(trains ? targets.filter(target => !target.variable).map(shapeOf) : []);
  const moved = new Set<GraphNode>();
  for (const target of targets) reach(target, moved);
  return weight => moved.has(weight) || gradients.has(shapeOf(weight));
}

/** Adds what a value is computed from number by number: an optimizer computes a weight's next value so from the weight. */
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

/** What was only reshaped. */
function unshaped(node: GraphNode): GraphNode {
  let source = node;
  while (source.data === undefined && source.operator?.name === 'Reshape')
    source = source.inputs[0]!;
  return source;
}
