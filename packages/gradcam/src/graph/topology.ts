import type { Step } from '../model/operations';
import { TapError } from '../model/tap';

/** A node of a converted graph, as in model.json. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[] | null;
  readonly attr?: Readonly<Record<string, unknown>> | null;
}

/** The content of a converted model's `modelTopology`. */
export interface GraphTopology {
  readonly node: readonly GraphNode[];
}

/**
 * A node with the names of the values that it reads and computes. The first output has the node's
 * name; others have `:1` and so on appended.
 */
export interface GraphStep extends Step<string> {
  readonly name: string;
  readonly op: string;
  readonly attr: Readonly<Record<string, unknown>>;
}

/**
 * Node types with control flow. A graph that contains one runs asynchronously: the engine waits for the value that decides how to continue.
 */
const deciding =
  /^(Switch|Merge|Enter|Exit|NextIteration|LoopCond|If|StatelessIf|While|StatelessWhile|Where|NonMaxSuppression\w*)$/;

/** Returns the nodes that `output` needs, each after the nodes that it depends on. */
export function stepsTo({ node }: GraphTopology, output: string): GraphStep[] {
  const nodes = new Map(node.map(each => [each.name, each]));
  const read = new Map<string, Set<string>>();
  const done = new Set<string>();
  const order: GraphStep[] = [];
  // The code uses a stack instead of recursion, since a graph may be thousands of nodes deep.
  const stack = [nodeOf(output)];
  while (stack.length > 0) {
    const name = stack.at(-1)!;
    const found = nodes.get(name);
    if (!found) throw new TapError(`The model's graph has no node '${name}'.`);
    if (deciding.test(found.op)) refuseControlFlow(found, output);
    const inputs = (found.input ?? []).filter(input => !input.startsWith('^')).map(firstOutput);
    const missing = inputs.map(nodeOf).filter(input => !done.has(input));
    if (missing.length > 0) {
      if (stack.length > nodes.size + 1)
        throw new TapError(`The model's graph has a loop at '${name}'.`);
      stack.push(missing[0]!);
      continue;
    }
    stack.pop();
    if (done.has(name)) continue;
    done.add(name);
    const outputs = new Set([name]);
    read.set(name, outputs);
    for (const input of inputs) read.get(nodeOf(input))!.add(input);
    order.push({
      name,
      op: found.op,
      attr: found.attr ?? {},
      inputs,
      get outputs() {
        return [...outputs];
      },
    });
  }
  return order;
}

function refuseControlFlow({ name, op, input }: GraphNode, output: string): never {
  const before = (input ?? []).filter(each => !each.startsWith('^')).map(each => `'${each}'`);
  throw new TapError(
    `'${output}' depends on '${name}', a ${op}: loops, conditions and the selection of boxes cannot be differentiated, and a graph with one of them runs only with executeAsync. Explain a node before it, with { output: name }: ${before.join(', ')} or an earlier node. Or cover parts of the images yourself and call model.executeAsync.`,
  );
}

/** Decodes a text in a node's attributes, which model.json stores in base 64. */
export function textOf(value: unknown): string {
  return Array.isArray(value) ? String.fromCharCode(...value) : atob(String(value));
}

export const nodeOf = (value: string): string => value.split(':')[0]!;

/** The first output of a node has two names, with and without `:0`. This function returns the one without. */
export const firstOutput = (name: string): string => name.replace(/:0$/, '');

const spatial = new Set([
  'Conv2D',
  '_FusedConv2D',
  'DepthwiseConv2dNative',
  'FusedDepthwiseConv2dNative',
  'MaxPool',
  'AvgPool',
  'FusedBatchNorm',
  'FusedBatchNormV2',
  'FusedBatchNormV3',
  'ResizeBilinear',
  'ResizeNearestNeighbor',
]);
/** Node types whose output has the shape of their input. */
const elementwise = new Set(
  'Add AddV2 AddN BiasAdd Sub Mul Maximum Minimum RealDiv Relu Relu6 LeakyRelu Prelu Elu Selu Sigmoid Tanh Erf Softplus Rsqrt Square SquaredDifference Identity Pad PadV2 MirrorPad ConcatV2'.split(
    ' ',
  ),
);

/** Returns the values with four dimensions, `[N, h, w, C]`, as far as the types of the nodes tell. */
export function featureMaps(order: readonly GraphStep[]): string[] {
  const found = new Set<string>();
  for (const { name, op, inputs } of order) {
    if (spatial.has(op) || (elementwise.has(op) && inputs.some(input => found.has(input))))
      found.add(name);
  }
  return [...found];
}
