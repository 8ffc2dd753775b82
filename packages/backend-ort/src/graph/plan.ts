import type { OnnxModel, OnnxValue } from '@shroom/formats';
import { outputUnreadable } from '../onnx/unreadable';
import type { HostTensor, Rewrites, Session } from '../runtime/runtime';
import { findFusions } from './fusions';
import { Lowering } from './lowering';
import type { GraphNode, HostArray } from './node';
import type { Schedule } from './schedule';

/** A leaf of at most this many numbers is taken into the model by value at once: epsilons, rates, axes. */
const SMALL = 1;
/** A model may not be larger than two gigabytes; the rest is headroom. */
const MOST_BAKED_BYTES = 1.5e9;

type Slot = {
  /** Whether the leaf's data is part of the compiled model. */
  baked: boolean;
  /** What was seen at the last run: which node for large leaves, which number for small ones. */
  last: number | undefined;
  /** Runs in a row that saw the same. */
  stable: number;
  /** Runs that have to see the same before the leaf is baked; grows when that was wrong. */
  patience: number;
};

/** Operators whose inputs after the first are weights. */
const WEIGHTED = new Set(['Conv', 'DepthwiseConv', 'MatMul']);

/** How one structure of computation is run: its compiled session and which leaves are constants in it. */
export class Plan {
  session: Session | undefined;
  /** What its session is built with. Fewer where ONNX Runtime breaks its model by more. */
  rewrites: Rewrites = 'all';
  private readonly slots: Slot[];
  private inputs: (OnnxValue | undefined)[] = [];
  private outputs: readonly OnnxValue[] = [];

  /** @param patience runs that have to see the same array before it is taken for constant. */
  constructor(schedule: Schedule, patience: number) {
    const weights = weightsOf(schedule);
    this.slots = schedule.leaves.map(leaf => ({
      baked: leaf.size <= SMALL && !leaf.variable && leaf.written,
      last: undefined,
      stable: 0,
      // A single number that is fed goes on being fed: a count or a rate, which may rest for a while.
      patience:
        leaf.size > SMALL && (leaf.variable || weights.has(leaf))
          ? patience
          : Number.POSITIVE_INFINITY,
    }));
  }

  /**
   * Notes what the leaves are this time.
   *
   * @returns whether the model has to be compiled, for the first time or again.
   */
  observe(schedule: Schedule): boolean {
    let changed = this.session === undefined;
    let bytes = 0;
    schedule.leaves.forEach((leaf, i) => {
      const slot = this.slots[i]!;
      const data = leaf.data!;
      const now = leaf.size <= SMALL ? data[0]! : leaf.id;
      const same = Object.is(slot.last, now);
      if (slot.baked && slot.last !== undefined && !same) {
        slot.baked = false;
        slot.patience *= 4;
        changed = true;
      }
      slot.stable = same ? slot.stable + 1 : 0;
      slot.last = now;
      if (slot.baked) bytes += data.byteLength;
    });
    schedule.leaves.forEach((leaf, i) => {
      const slot = this.slots[i]!;
      if (slot.baked || slot.stable < slot.patience) return;
      bytes += leaf.data!.byteLength;
      if (bytes > MOST_BAKED_BYTES) return;
      slot.baked = true;
      changed = true;
    });
    return changed;
  }

  /**
   * The ONNX model of the computation.
   *
   * @param unreadableFirst see `unreadableFirst` of the runtime.
   */
  lower(schedule: Schedule, unreadableFirst = false): OnnxModel {
    const lowering = new Lowering();
    if (unreadableFirst) outputUnreadable(lowering.model);
    this.inputs = schedule.leaves.map((leaf, i) => {
      if (this.slots[i]!.baked) {
        lowering.bake(leaf);
        return undefined;
      }
      const name = lowering.feed(leaf);
      return { name, type: leaf.dtype, shape: leaf.shape };
    });
    const constants = new Map(
      schedule.leaves.flatMap((leaf, i) =>
        this.slots[i]!.baked && leaf.size === 1 ? [[leaf, leaf.data![0]!] as const] : [],
      ),
    );
    const fusions = findFusions(schedule, node => constants.get(node));
    const absorbed = new Set([...fusions.values()].flatMap(fusion => fusion.absorbed));
    for (const node of schedule.nodes) {
      const fusion = fusions.get(node);
      if (fusion) lowering.lowerAs(node, fusion);
      else if (!absorbed.has(node)) lowering.lowerOnce(node);
    }
    this.outputs = schedule.targets.map(target => lowering.fetch(target));
    return lowering.model;
  }

  feeds(schedule: Schedule): Record<string, HostTensor> {
    const feeds: Record<string, HostTensor> = {};
    this.inputs.forEach((input, i) => {
      if (input === undefined) return;
      const leaf = schedule.leaves[i]!;
      feeds[input.name] = hostTensor(leaf, leaf.data!);
    });
    return feeds;
  }

  fetches(schedule: Schedule, arrays: readonly HostArray[]): Record<string, HostTensor> {
    const fetches: Record<string, HostTensor> = {};
    this.outputs.forEach((output, i) => {
      const target = schedule.targets[i]!;
      fetches[output.name] = hostTensor(target, arrays[i]!);
    });
    return fetches;
  }

  release(): void {
    this.session?.release();
    this.session = undefined;
  }
}

/** Leaves that stand where a network has its weights. Only they, and variables, may be compiled in. */
function weightsOf({ nodes }: Schedule): ReadonlySet<GraphNode> {
  const weights = new Set<GraphNode>();
  for (const node of nodes) {
    if (!WEIGHTED.has(node.operator!.name)) continue;
    for (const input of node.inputs.slice(1)) weights.add(input);
  }
  return weights;
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
