import type { OnnxModel, OnnxValue } from '@shroom/formats';
import { outputUnreadable } from '../onnx/unreadable';
import type { HostTensor, Rewrites, Runtime, Session } from '../runtime/runtime';
import { findFusions } from './fusions';
import { Lowering } from './lowering';
import type { GraphNode, HostArray } from './node';
import type { Schedule } from './schedule';

/**
 * A number that the form of a compiled model depends on, such as the epsilon of a layer norm, with the index of its leaf.
 */
type Assumption = readonly [leaf: number, value: number];

/**
 * The compiled session for one structure of computation with certain weights.
 *
 * Numbers of the program (learning rates, epsilons) are fed together in one vector, so that ONNX Runtime computes in the
 * same way whether they change or not. Whether weights are part of the model depends only on the computation: see
 * `weights.ts`.
 */
export class Plan {
  session: Session | undefined;
  /** The rewrites with which the session is built. Reduced if ONNX Runtime breaks the model with more rewrites. */
  rewrites: Rewrites = 'all';
  readonly #compiled: ReadonlySet<number>;
  /** Indices of leaves that are numbers of the program. */
  readonly #numbers: readonly number[];
  #assumptions: readonly Assumption[] = [];
  #inputs: (OnnxValue | undefined)[] = [];
  #vector: OnnxValue | undefined;
  #outputs: readonly OnnxValue[] = [];

  /** @param compiledIn Indices of leaves that are part of the model. */
  constructor(schedule: Schedule, compiledIn: readonly number[]) {
    this.#compiled = new Set(compiledIn);
    this.#numbers = schedule.leaves.flatMap((leaf, i) =>
      isNumber(leaf) && !this.#compiled.has(i) ? [i] : [],
    );
  }

  /** Whether the numbers are the ones that the form of the model depends on. */
  fits({ leaves }: Schedule): boolean {
    return this.#assumptions.every(([i, value]) => Object.is(leaves[i]!.data![0], value));
  }

  /**
   * The ONNX model of the computation.
   *
   * @param runtime What the runtime can do, on which the form of the model depends.
   */
  lower(
    schedule: Schedule,
    { unreadableFirst, channelsInBlock }: Pick<Runtime, 'unreadableFirst' | 'channelsInBlock'>,
  ): OnnxModel {
    const lowering = new Lowering(channelsInBlock);
    if (unreadableFirst) outputUnreadable(lowering.model);
    const together = this.#feedNumbers(schedule, lowering);
    this.#inputs = schedule.leaves.map((leaf, i) => {
      if (this.#compiled.has(i)) {
        lowering.bake(leaf);
        return undefined;
      }
      if (together.has(i)) return undefined;
      const name = lowering.feed(leaf);
      return { name, type: leaf.dtype, shape: leaf.shape };
    });
    const assumed = new Map<GraphNode, number>();
    const known = (leaf: GraphNode) => {
      if (!isNumber(leaf)) return undefined;
      assumed.set(leaf, leaf.data![0]!);
      return leaf.data![0]!;
    };
    const fusions = findFusions(schedule, known, isNumber);
    this.#assumptions = schedule.leaves.flatMap((leaf, i) =>
      assumed.has(leaf) ? [[i, assumed.get(leaf)!] as const] : [],
    );
    const absorbed = new Set([...fusions.values()].flatMap(fusion => fusion.absorbed));
    for (const node of schedule.nodes) {
      const fusion = fusions.get(node);
      if (fusion) lowering.lowerAs(node, fusion);
      else if (!absorbed.has(node)) lowering.lowerOnce(node);
    }
    this.#outputs = schedule.targets.map(target => lowering.fetch(target));
    return lowering.model;
  }

  feeds(schedule: Schedule): Record<string, HostTensor> {
    const feeds: Record<string, HostTensor> = {};
    this.#inputs.forEach((input, i) => {
      if (input === undefined) return;
      const leaf = schedule.leaves[i]!;
      feeds[input.name] = hostTensor(leaf, leaf.data!);
    });
    if (this.#vector !== undefined) {
      const data = Float32Array.from(this.#numbers, i => schedule.leaves[i]!.data![0]!);
      feeds[this.#vector.name] = { type: 'float32', dims: [data.length], data, location: 'cpu' };
    }
    return feeds;
  }

  fetches(schedule: Schedule, arrays: readonly HostArray[]): Record<string, HostTensor> {
    const fetches: Record<string, HostTensor> = {};
    this.#outputs.forEach((output, i) => {
      const target = schedule.targets[i]!;
      fetches[output.name] = hostTensor(target, arrays[i]!);
    });
    return fetches;
  }

  /** Feeds several numbers as one input vector, which the model splits again. */
  #feedNumbers({ leaves }: Schedule, lowering: Lowering): ReadonlySet<number> {
    const count = this.#numbers.length;
    if (count < 2) return new Set();
    const name = lowering.feedNumbers(this.#numbers.map(i => leaves[i]!));
    this.#vector = { name, type: 'float32', shape: [count] };
    return new Set(this.#numbers);
  }

  release(): void {
    this.session?.release();
    this.session = undefined;
  }
}

/** Whether a leaf is a single number that the program passed, and not a variable. */
function isNumber(leaf: GraphNode): boolean {
  return leaf.size === 1 && leaf.dtype === 'float32' && leaf.written && !leaf.variable;
}

function hostTensor(node: GraphNode, data: HostArray): HostTensor {
  return { type: node.dtype, dims: node.shape, data, location: 'cpu' };
}

/** Describes the node that an error of ONNX Runtime is about, with its shapes, in terms of tfjs. */
export function describeFailure(error: unknown, nodes: readonly GraphNode[]): Error {
  const text = error instanceof Error ? error.message : String(error);
  const named = /Name:'([^'/]*)\//.exec(text)?.[1] ?? /name: ?([A-Za-z0-9_]+)\//.exec(text)?.[1];
  const culprits = nodes.filter(node => node.kernel === named);
  const node = culprits.at(-1) ?? nodes.at(-1);
  const shapes = node?.inputs.map(input => `[${input.shape}]`).join(', ');
  const place =
    node === undefined ? '' : `${node.kernel} of ${shapes || 'no inputs'} to [${node.shape}]`;
  const count = nodes.length === 1 ? '' : ` (one of ${nodes.length} operations in the run)`;
  return new Error(
    `backend-ort: ${place}${count} failed in ONNX Runtime: ${text}. The tensors that depend on it have no value; others are not affected.`,
    { cause: error },
  );
}
