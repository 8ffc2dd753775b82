import type { OnnxModel, OnnxValue } from '@shroom/formats';
import { outputUnreadable } from '../onnx/unreadable';
import type { HostTensor, Rewrites, Session } from '../runtime/runtime';
import { findFusions } from './fusions';
import { Lowering } from './lowering';
import type { GraphNode, HostArray } from './node';
import type { Schedule } from './schedule';

/** A number that the form of a compiled model depends on, such as the epsilon of a layer norm: by its leaf. */
type Assumption = readonly [leaf: number, value: number];

/**
 * One structure of computation with certain weights: its compiled session.
 *
 * Numbers of the program (rates, epsilons) are fed, all in one vector, so that ONNX Runtime computes in the same way whether they
 * change or not. Weights are part of the model or not by a rule that looks at the computation alone: see `weights.ts`.
 */
export class Plan {
  session: Session | undefined;
  /** What its session is built with. Fewer where ONNX Runtime breaks its model by more. */
  rewrites: Rewrites = 'all';
  readonly #compiled: ReadonlySet<number>;
  /** Leaves that are numbers of the program. */
  readonly #numbers: readonly number[];
  #assumptions: readonly Assumption[] = [];
  #inputs: (OnnxValue | undefined)[] = [];
  #vector: OnnxValue | undefined;
  #outputs: readonly OnnxValue[] = [];

  /** @param compiledIn leaves that are part of the model, by number. */
  constructor(schedule: Schedule, compiledIn: readonly number[]) {
    this.#compiled = new Set(compiledIn);
    this.#numbers = schedule.leaves.flatMap((leaf, i) =>
      isNumber(leaf) && !this.#compiled.has(i) ? [i] : [],
    );
  }

  /** Whether the numbers are those that the form of the model depends on. */
  fits({ leaves }: Schedule): boolean {
    return this.#assumptions.every(([i, value]) => Object.is(leaves[i]!.data![0], value));
  }

  /**
   * The ONNX model of the computation.
   *
   * @param unreadableFirst see `unreadableFirst` of the runtime.
   */
  lower(schedule: Schedule, unreadableFirst = false): OnnxModel {
    const lowering = new Lowering();
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

  /** Several numbers are one input, which is taken apart in the model. */
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

/** A single number that the program gave, and that is no variable. */
function isNumber(leaf: GraphNode): boolean {
  return leaf.size === 1 && leaf.dtype === 'float32' && leaf.written && !leaf.variable;
}

function hostTensor(node: GraphNode, data: HostArray): HostTensor {
  return { type: node.dtype, dims: node.shape, data, location: 'cpu' };
}

/** The node that an error of ONNX Runtime is about, with its shapes, in words of tfjs. */
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
