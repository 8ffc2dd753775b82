import type { OnnxModel } from '@shroom/formats';
import { BufferPool } from './graph/buffers';
import type { GraphNode, HostArray } from './graph/node';
import { describeFailure, Plan } from './graph/plan';
import { type Schedule, schedule } from './graph/schedule';
import { fillOperator, fillValue } from './operators/elementwise';
import { REWRITES, type Rewrites, type Runtime } from './runtime/runtime';

export interface EngineOptions {
  /** Compiled computations that are kept. */
  readonly sessionCacheSize: number;
  /** Runs that must see the same array in a place before it is compiled in as a constant. */
  readonly constantAfter: number;
  /** Most bytes of memory that are kept for results to come. */
  readonly bufferPoolBytes: number;
}

/** Counts since the backend was made. */
export interface EngineStatistics {
  /** Times that pending work was run. */
  runs: number;
  /** Times that a model was written and compiled. */
  compilations: number;
  /** Sessions alive now. */
  sessions: number;
  /** Models that ONNX Runtime could not compile or run as it rewrote them, and that run with fewer rewrites. */
  fewerRewrites: number;
  /** Time spent finding what is to be run and whether it is compiled already, writing and compiling models, and running them. */
  readonly milliseconds: { lookup: number; compilation: number; running: number };
}

/** More nodes than this failing together are not tried again one by one. */
const MOST_RETRIES = 16;

/** Compiles and runs pending nodes, and keeps what was compiled. */
export class Engine {
  readonly statistics: EngineStatistics = {
    runs: 0,
    compilations: 0,
    sessions: 0,
    fewerRewrites: 0,
    milliseconds: { lookup: 0, compilation: 0, running: 0 },
  };
  readonly buffers: BufferPool;
  /** Number of the current run; nodes note it when they are used. */
  run = 1;
  private readonly plans = new Map<string, Plan>();

  constructor(
    private readonly runtime: Runtime,
    private readonly options: EngineOptions,
  ) {
    this.buffers = new BufferPool(options.bufferPoolBytes);
  }

  /** Whether {@link computeSync} can be used. */
  get synchronous(): boolean {
    return this.runtime.createSync !== undefined;
  }

  /** Gives every target its data, or its failure. */
  computeSync(targets: readonly GraphNode[], alone = false): void {
    const clock = this.clock();
    const work = this.prepare(targets);
    if (work === undefined) return;
    const plan = this.planFor(work);
    const stale = plan.observe(work);
    clock('lookup');
    const failures: unknown[] = [];
    for (const rewrites of fewerAndFewer(plan.rewrites)) {
      try {
        if (stale || failures.length > 0) {
          const model = this.lower(plan, work, rewrites);
          plan.session = this.runtime.createSync!(model, rewrites);
          this.countCompilation();
          clock('compilation');
        }
        const arrays = this.allocate(work);
        plan.session!.runSync!(plan.feeds(work), plan.fetches(work, arrays));
        this.settle(work, arrays, failures);
        clock('running');
        break;
      } catch (error) {
        failures.push(error);
      }
    }
    for (const part of this.failed(work, plan, failures)) this.computeSync([part], true);
    if (!alone) this.finish(work);
  }

  /** The same on a runtime that has to be waited for. Calls must not overlap. */
  async compute(targets: readonly GraphNode[], alone = false): Promise<void> {
    const clock = this.clock();
    const work = this.prepare(targets);
    if (work === undefined) return;
    // Tensors may be disposed while the run reads them.
    for (const leaf of work.leaves) leaf.references++;
    for (const node of work.nodes) node.running = true;
    const plan = this.planFor(work);
    const stale = plan.observe(work);
    clock('lookup');
    const failures: unknown[] = [];
    for (const rewrites of fewerAndFewer(plan.rewrites)) {
      try {
        if (stale || failures.length > 0) {
          const model = this.lower(plan, work, rewrites);
          plan.session = await this.runtime.create(model, rewrites);
          this.countCompilation();
          clock('compilation');
        }
        const arrays = this.allocate(work);
        await plan.session!.run(plan.feeds(work), plan.fetches(work, arrays));
        this.settle(work, arrays, failures);
        clock('running');
        break;
      } catch (error) {
        failures.push(error);
      }
    }
    for (const part of this.failed(work, plan, failures)) await this.compute([part], true);
    for (const leaf of work.leaves) leaf.references--;
    for (const node of work.nodes) node.running = false;
    if (!alone) this.finish(work);
  }

  /**
   * Notes that a variable holds the node. Its initial value, if it is a filled tensor, becomes data at once, so that the
   * first training step has the structure of all others.
   */
  markVariable(node: GraphNode): void {
    node.variable = true;
    if (node.operator === fillOperator && node.data === undefined) this.fill(node);
  }

  /** Releases every compiled session and all memory held. */
  dispose(): void {
    for (const plan of this.plans.values()) this.discardSession(plan);
    this.plans.clear();
    this.buffers.clear();
  }

  /** Adds the time since the last call to what it was spent on. */
  private clock(): (spentOn: keyof EngineStatistics['milliseconds']) => void {
    let before = performance.now();
    return spentOn => {
      const now = performance.now();
      this.statistics.milliseconds[spentOn] += now - before;
      before = now;
    };
  }

  private prepare(targets: readonly GraphNode[]): Schedule | undefined {
    this.run++;
    const pending = targets.filter(target => target.data === undefined && !target.failure);
    for (const node of pending) {
      if (node.operator === fillOperator) this.fill(node);
    }
    const rest = pending.filter(node => node.data === undefined);
    if (rest.length === 0) return undefined;
    this.statistics.runs++;
    return schedule(rest);
  }

  private fill(node: GraphNode): void {
    const array = this.buffers.take(node.dtype, node.size);
    node.data = array.fill(fillValue(node));
  }

  private allocate(work: Schedule): HostArray[] {
    return work.targets.map(target => this.buffers.take(target.dtype, target.size));
  }

  /** Lets go of what only the run needed. */
  private finish(work: Schedule): void {
    for (const node of work.nodes) node.inputs = [];
    for (const leaf of work.leaves) this.recycle(leaf);
    for (const target of work.targets) this.recycle(target);
  }

  /** Takes a node's memory back when no tensor and no pending work needs it. */
  recycle(node: GraphNode): void {
    if (node.references > 0 || node.lastUse >= this.run) return;
    if (node.data === undefined || !node.owned) return;
    this.buffers.give(node.dtype, node.data);
    node.data = undefined;
  }

  /** The model that a plan's next session is compiled from. */
  private lower(plan: Plan, work: Schedule, rewrites: Rewrites): OnnxModel {
    this.discardSession(plan);
    plan.rewrites = rewrites;
    return plan.lower(work, this.runtime.unreadableFirst);
  }

  private settle(work: Schedule, arrays: readonly HostArray[], failures: unknown[]): void {
    work.targets.forEach((target, i) => {
      target.data = arrays[i]!;
    });
    // Fewer rewrites have helped: the fault was theirs.
    if (failures.length > 0) this.statistics.fewerRewrites++;
    failures.length = 0;
  }

  /** @returns targets worth trying alone, since the fault may be that of another. */
  private failed(work: Schedule, plan: Plan, failures: readonly unknown[]): readonly GraphNode[] {
    if (failures.length === 0) return [];
    // It failed without rewrites as well, so that they are not to blame.
    this.discardSession(plan);
    plan.rewrites = 'all';
    if (work.targets.length > 1 && work.targets.length <= MOST_RETRIES) return work.targets;
    const failure = describeFailure(failures[0], work.nodes);
    for (const target of work.targets) target.failure = failure;
    this.plans.delete(work.key);
    return [];
  }

  private planFor(work: Schedule): Plan {
    let plan = this.plans.get(work.key);
    if (plan === undefined) {
      plan = new Plan(work, this.options.constantAfter);
      if (this.plans.size >= this.options.sessionCacheSize) this.evict();
    }
    // The map keeps the order of insertion: the last used is last.
    this.plans.delete(work.key);
    this.plans.set(work.key, plan);
    return plan;
  }

  private evict(): void {
    const [key, plan] = this.plans.entries().next().value as [string, Plan];
    this.plans.delete(key);
    this.discardSession(plan);
  }

  private discardSession(plan: Plan): void {
    if (plan.session === undefined) return;
    plan.release();
    this.statistics.sessions--;
  }

  private countCompilation(): void {
    this.statistics.compilations++;
    this.statistics.sessions++;
  }
}

/** What is left to try where ONNX Runtime fails with some rewrites. */
function fewerAndFewer(rewrites: Rewrites): readonly Rewrites[] {
  return REWRITES.slice(REWRITES.indexOf(rewrites));
}
