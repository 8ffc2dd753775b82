import type { OnnxModel } from '@shroom/formats';
import { BufferPool } from './graph/buffers';
import type { GraphNode, HostArray } from './graph/node';
import { describeFailure, type Plan } from './graph/plan';
import { PlanCache } from './graph/plan-cache';
import { type Schedule, schedule } from './graph/schedule';
import { earlierTargets } from './graph/stages';
import { fillOperator, fillValue } from './operators/elementwise';
import { fewerAndFewer, type Rewrites, type Runtime } from './runtime/runtime';

export interface ExecutorOptions {
  /** Maximum number of compiled computations that are kept. */
  readonly sessionCacheSize: number;
  /** Whether untrained weights of convolutions are part of the compiled model. */
  readonly compileWeights: boolean;
  /** Maximum number of bytes that are kept for later results. */
  readonly bufferPoolBytes: number;
}

/** Counts since the backend was created. */
export interface ExecutionStatistics {
  /** Number of times that pending work was run. */
  runs: number;
  /** Number of models that were written and compiled. */
  compilations: number;
  /** Number of existing sessions. */
  sessions: number;
  /**
   * Number of models that ONNX Runtime could not compile or run with all of its rewrites, and that run with fewer rewrites.
   */
  fewerRewrites: number;
  /**
   * Time spent in milliseconds: on finding the nodes to run and their compiled model, on writing and compiling models, and
   * on running.
   */
  readonly milliseconds: { lookup: number; compilation: number; running: number };
}

/** If more nodes than this fail together, they are not tried again one by one. */
const mostRetries = 16;

/** Compiles and runs pending nodes, and keeps compiled models. */
export class Executor {
  readonly statistics: ExecutionStatistics = {
    runs: 0,
    compilations: 0,
    sessions: 0,
    fewerRewrites: 0,
    milliseconds: { lookup: 0, compilation: 0, running: 0 },
  };
  readonly buffers: BufferPool;
  /** Number of the current run. A node records it when the node is used. */
  run = 1;
  readonly #plans: PlanCache;
  readonly #runtime: Runtime;

  constructor(runtime: Runtime, options: ExecutorOptions) {
    this.#runtime = runtime;
    this.buffers = new BufferPool(options.bufferPoolBytes);
    this.#plans = new PlanCache(options.sessionCacheSize, options.compileWeights, plan =>
      this.#discardSession(plan),
    );
  }

  /** Whether {@link computeSync} can be used. */
  get synchronous(): boolean {
    return this.#runtime.createSync !== undefined;
  }

  /** Computes every target: gives it its data, or its failure. */
  computeSync(targets: readonly GraphNode[], alone = false): void {
    const clock = this.#clock();
    const work = this.#prepare(targets);
    if (work === undefined) return;
    const earlier = alone ? [] : earlierTargets(work);
    if (earlier.length > 0) {
      const held = [...earlier, ...work.leaves];
      for (const node of held) node.references++;
      this.computeSync(earlier);
      this.computeSync(targets);
      for (const node of held) this.recycle(node, true);
      return;
    }
    this.statistics.runs++;
    const plan = this.#plans.find(work);
    clock('lookup');
    const failures: unknown[] = [];
    for (const rewrites of fewerAndFewer(plan.rewrites)) {
      try {
        if (plan.session === undefined || failures.length > 0) {
          const model = this.#lower(plan, work, rewrites);
          plan.session = this.#runtime.createSync!(model, rewrites);
          this.#countCompilation();
          clock('compilation');
        }
        const arrays = this.#allocate(work);
        plan.session!.runSync!(plan.feeds(work), plan.fetches(work, arrays));
        this.#settle(work, arrays, failures);
        clock('running');
        break;
      } catch (error) {
        failures.push(error);
      }
    }
    for (const part of this.#failed(work, plan, failures)) this.computeSync([part], true);
    if (!alone) this.#finish(work);
  }

  /** Computes every target on an asynchronous runtime. Calls must not overlap. */
  async compute(targets: readonly GraphNode[], alone = false): Promise<void> {
    const clock = this.#clock();
    const work = this.#prepare(targets);
    if (work === undefined) return;
    // Tensors may be disposed while the run reads them.
    for (const leaf of work.leaves) leaf.references++;
    for (const node of work.nodes) node.running = true;
    const earlier = alone ? [] : earlierTargets(work);
    if (earlier.length > 0) {
      for (const node of earlier) node.references++;
      await this.compute(earlier);
      await this.compute(targets);
      for (const node of [...earlier, ...work.leaves]) this.recycle(node, true);
      return;
    }
    this.statistics.runs++;
    const plan = this.#plans.find(work);
    clock('lookup');
    const failures: unknown[] = [];
    for (const rewrites of fewerAndFewer(plan.rewrites)) {
      try {
        if (plan.session === undefined || failures.length > 0) {
          const model = this.#lower(plan, work, rewrites);
          plan.session = await this.#runtime.create(model, rewrites);
          this.#countCompilation();
          clock('compilation');
        }
        const arrays = this.#allocate(work);
        await plan.session!.run(plan.feeds(work), plan.fetches(work, arrays));
        this.#settle(work, arrays, failures);
        clock('running');
        break;
      } catch (error) {
        failures.push(error);
      }
    }
    for (const part of this.#failed(work, plan, failures)) await this.compute([part], true);
    for (const leaf of work.leaves) leaf.references--;
    for (const node of work.nodes) node.running = false;
    if (!alone) this.#finish(work);
  }

  /**
   * Records that a variable holds the node. If its initial value is a filled tensor, it becomes data immediately, so that
   * the first training step has the same structure as all others.
   */
  markVariable(node: GraphNode): void {
    node.variable = true;
    if (node.operator === fillOperator && node.data === undefined) this.#fill(node);
  }

  /** Releases all compiled sessions and all memory. */
  dispose(): void {
    this.#plans.clear();
    this.buffers.clear();
  }

  /** Adds the time since the previous call to the given kind of time. */
  #clock(): (spentOn: keyof ExecutionStatistics['milliseconds']) => void {
    let before = performance.now();
    return spentOn => {
      const now = performance.now();
      this.statistics.milliseconds[spentOn] += now - before;
      before = now;
    };
  }

  #prepare(targets: readonly GraphNode[]): Schedule | undefined {
    this.run++;
    const pending = targets.filter(target => target.data === undefined && !target.failure);
    for (const node of pending) {
      if (node.operator === fillOperator) this.#fill(node);
    }
    const rest = pending.filter(node => node.data === undefined);
    return rest.length === 0 ? undefined : schedule(rest);
  }

  #fill(node: GraphNode): void {
    const array = this.buffers.take(node.dtype, node.size);
    node.data = array.fill(fillValue(node));
  }

  #allocate(work: Schedule): HostArray[] {
    return work.targets.map(target => this.buffers.take(target.dtype, target.size));
  }

  /** Releases values that only this run needed. */
  #finish(work: Schedule): void {
    for (const node of work.nodes) node.inputs = [];
    for (const leaf of work.leaves) this.recycle(leaf);
    for (const target of work.targets) this.recycle(target);
  }

  /** Reclaims the memory of a node, and of models compiled with it, when no tensor and no pending work needs it. */
  recycle(node: GraphNode, letGo = false): void {
    if (letGo) node.references--;
    if (node.references > 0 || node.lastUse >= this.run) return;
    this.#plans.forget(node);
    if (node.data === undefined || !node.owned) return;
    this.buffers.give(node.dtype, node.data);
    node.data = undefined;
  }

  /** The model from which the next session of a plan is compiled. */
  #lower(plan: Plan, work: Schedule, rewrites: Rewrites): OnnxModel {
    this.#discardSession(plan);
    plan.rewrites = rewrites;
    return plan.lower(work, this.#runtime);
  }

  #settle(work: Schedule, arrays: readonly HostArray[], failures: unknown[]): void {
    work.targets.forEach((target, i) => {
      target.data = arrays[i]!;
    });
    // It works with fewer rewrites, so a rewrite was the cause.
    if (failures.length > 0) this.statistics.fewerRewrites++;
    failures.length = 0;
  }

  /** @returns targets to be tried one by one, because another target may be the cause of the failure. */
  #failed(work: Schedule, plan: Plan, failures: readonly unknown[]): readonly GraphNode[] {
    if (failures.length === 0) return [];
    // It failed without rewrites too, so the rewrites are not the cause.
    this.#discardSession(plan);
    plan.rewrites = 'all';
    if (work.targets.length > 1 && work.targets.length <= mostRetries) return work.targets;
    const failure = describeFailure(failures[0], work.nodes);
    for (const target of work.targets) target.failure = failure;
    this.#plans.remove(plan);
    return [];
  }

  #discardSession(plan: Plan): void {
    if (plan.session === undefined) return;
    plan.release();
    this.statistics.sessions--;
  }

  #countCompilation(): void {
    this.statistics.compilations++;
    this.statistics.sessions++;
  }
}
