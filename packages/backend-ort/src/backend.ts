import {
  type DataId,
  DataStorage,
  type DataType,
  KernelBackend,
  type TensorInfo,
  engine as tfjsEngine,
  util,
} from '@tensorflow/tfjs-core';
import { version } from '../package.json';
import { type ExecutionStatistics, Executor, type ExecutorOptions } from './executor';
import { asTyped } from './graph/buffers';
import { type GraphNode, type HostArray, leaf, type Shape } from './graph/node';
import { PendingWork } from './graph/pending';
import { reshape, sameShape } from './operators/shape';
import { Reads } from './reads';
import type { Runtime, Session } from './runtime/runtime';

/** Values as backends exchange them: numbers, interleaved complex numbers, or the bytes of strings. */
export type BackendValues = HostArray | Uint8Array[];

interface Entry {
  refCount: number;
  readonly dtype: DataType;
  /** The graph node of the value, for dtypes that the graph supports. */
  readonly node?: GraphNode;
  /** The values of `complex64` and `string` tensors. */
  readonly host?: BackendValues;
}

export interface BackendOptions extends ExecutorOptions {
  /**
   * Number of pending operations after which the work is run at the next end of an outermost `tf.tidy`, even if no value is
   * read.
   */
  readonly pendingOperations: number;
}

/**
 * TensorFlow.js on ONNX Runtime. Kernels append operations to a graph; reading a value runs the graph.
 *
 * @example
 * ```ts
 * import { setBackend } from '@tensorflow/tfjs-core';
 *
 * await setBackend('ort');
 * const backend = ortBackend() as OrtBackend;
 * const { runs, compilations } = backend.statistics; // a new input shape compiles again
 * const cacheKey = `features of ${backend.identity}`; // another runtime may give other last bits
 * ```
 */
export class OrtBackend extends KernelBackend {
  readonly #data = new DataStorage<Entry>(this, tfjsEngine());
  readonly #executor: Executor;
  readonly #pending: PendingWork;
  readonly #reads: Reads;
  readonly #runtime: Runtime;
  readonly #options: BackendOptions;

  constructor(runtime: Runtime, options: BackendOptions) {
    super();
    this.#runtime = runtime;
    this.#options = options;

    this.#executor = new Executor(runtime, options);
    this.#pending = new PendingWork(options.pendingOperations);
    this.#reads = new Reads(this.#executor, this.#pending, runtime.name);
  }

  /** Counts of compilations and runs so far. */
  get statistics(): Readonly<ExecutionStatistics> {
    return this.#executor.statistics;
  }

  /** `onnxruntime-node` or `onnxruntime-web`. */
  get runtimeName(): string {
    return this.#runtime.name;
  }

  /**
   * Identifies everything that the last bits of results depend on: the version of this package, the runtime and its
   * version, the execution providers, the processor's vector instructions, and whether weights are compiled in. Include it
   * in cache keys. It does not contain the number of threads, because results do not depend on it.
   */
  get identity(): string {
    const weights = this.#options.compileWeights ? 'weights compiled in' : 'weights given';
    const { name, computesWith } = this.#runtime;
    return `backend-ort ${version}, ${name} ${computesWith}, ${weights}`;
  }

  /** Whether the process keeps memory that a run has freed. */
  get keepsMemory(): boolean {
    return this.#runtime.keepsMemory ?? false;
  }

  /**
   * Compiles an ONNX file; {@link openOnnx} computes it on tensors.
   *
   * @throws Error when the runtime is not the native one.
   */
  openSession(file: Uint8Array): Session {
    const { openSync, name } = this.#runtime;
    if (openSync) return openSync(file);
    throw new Error(
      `backend-ort: ONNX files need the native runtime (npm install onnxruntime-node); this is ${name}.`,
    );
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(
    dataId: DataId,
    values: BackendValues,
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    if (dtype === 'string' || dtype === 'complex64') {
      this.#data.set(dataId, { refCount, dtype, host: values });
      return;
    }
    const node = leaf(asTyped(values as HostArray, dtype), shape, dtype);
    node.written = true;
    node.owned = false;
    node.references = 1;
    this.#data.set(dataId, { refCount, dtype, node });
  }

  /**
   * Makes tensors for graph values. All outputs of a kernel are passed in one call, because the call may run the pending
   * work.
   */
  tensors(nodes: readonly GraphNode[]): TensorInfo[] {
    const tensors = nodes.map(node => {
      const dataId = {};
      node.references++;
      if (node.data === undefined) this.#pending.add(node);
      this.#data.set(dataId, { refCount: 1, dtype: node.dtype, node });
      return { dataId, shape: [...node.shape], dtype: node.dtype };
    });
    if (this.#executor.synchronous && this.#pending.isTooMuch()) {
      this.#executor.computeSync(this.#pending.take());
    }
    return tensors;
  }

  /** Makes a tensor of values that were computed outside the graph. */
  make(values: BackendValues, shape: Shape, dtype: DataType): TensorInfo {
    return { dataId: this.write(values, [...shape], dtype), shape: [...shape], dtype };
  }

  /** Makes a tensor that shares the data of another tensor. */
  share(x: TensorInfo, shape: Shape): TensorInfo {
    this.#data.get(x.dataId).refCount++;
    return { dataId: x.dataId, shape: [...shape], dtype: x.dtype };
  }

  /** The graph node of a numeric tensor, with the tensor's shape. */
  node(x: TensorInfo): GraphNode {
    const { node } = this.#data.get(x.dataId);
    if (node === undefined) {
      throw new Error(`backend-ort: a ${x.dtype} tensor of shape [${x.shape}] is not numeric.`);
    }
    if (!node.owned) this.#own(node);
    node.lastUse = this.#executor.run;
    return sameShape(node.shape, x.shape) ? node : reshape(node, x.shape);
  }

  /** The numbers of a tensor by reference. Do not modify them. */
  valuesSync(x: TensorInfo): BackendValues {
    const { node, host } = this.#data.get(x.dataId);
    return host ?? this.#reads.now(node!);
  }

  override readSync(dataId: DataId): BackendValues {
    const { node, host } = this.#data.get(dataId);
    return host ?? this.#reads.now(node!).slice();
  }

  override async read(dataId: DataId): Promise<BackendValues> {
    const { node, host } = this.#data.get(dataId);
    if (host !== undefined) return host;
    // The tensor may be disposed while it is read. So the node stays referenced until its values have arrived.
    node!.references++;
    return this.#reads.later(node!).finally(() => this.#release(node!));
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.#data.has(dataId)) return true;
    const entry = this.#data.get(dataId);
    entry.refCount--;
    if (!force && entry.refCount > 0) return false;
    this.#data.delete(dataId);
    if (entry.node !== undefined) this.#release(entry.node);
    // Operations and inner tidies are nested scopes, so the depth is 1 at the end of an outermost one.
    if (tfjsEngine().state.scopeStack.length <= 1) this.#pending.scopeEnded();
    return true;
  }

  override refCount(dataId: DataId): number {
    return this.#data.has(dataId) ? this.#data.get(dataId).refCount : 0;
  }

  /** The engine calls this only for variables. Kernels that share data call {@link share}. */
  override incRef(dataId: DataId): void {
    const entry = this.#data.get(dataId);
    entry.refCount++;
    if (entry.node !== undefined) this.#executor.markVariable(entry.node);
  }

  override numDataIds(): number {
    return this.#data.numDataIds();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override timerAvailable(): boolean {
    return this.#executor.synchronous;
  }

  /** Measures the time in milliseconds that `f` takes, including all of its computations. */
  override async time(f: () => void): Promise<{ kernelMs: number }> {
    if (!this.#executor.synchronous) {
      throw new Error('backend-ort: tf.time needs the native runtime (onnxruntime-node).');
    }
    this.#executor.computeSync(this.#pending.take());
    const start = util.now();
    f();
    this.#executor.computeSync(this.#pending.take());
    return { kernelMs: util.now() - start };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override dispose(): void {
    this.#executor.dispose();
    this.#pending.clear();
    this.#runtime.dispose?.();
  }

  /** Copies an array that the program wrote before it is used, because the program may modify its array later. */
  #own(node: GraphNode): void {
    // The copy uses memory of the pool, because it returns there: otherwise a loop that writes a batch at each step would
    // fill the pool.
    const copy = this.#executor.buffers.take(node.dtype, node.size);
    copy.set(node.data!);
    node.data = copy;
    node.owned = true;
  }

  #release(node: GraphNode): void {
    node.references--;
    if (node.references > 0) return;
    this.#pending.delete(node);
    this.#executor.recycle(node);
  }
}
