import type { HostArray, NumericType, Shape } from '../graph/node';
import type { OnnxModel } from '../onnx/model';

/** A tensor in memory, as ONNX Runtime's JavaScript interface has it. */
export interface HostTensor {
  readonly type: NumericType;
  readonly dims: Shape;
  readonly data: HostArray;
  /** Where the data is, which the native binding asks for. */
  readonly location: 'cpu';
}

export type Tensors = Readonly<Record<string, HostTensor>>;

/** A compiled model. */
export interface Session {
  /**
   * Runs the model and writes its outputs into the arrays of `fetches`.
   *
   * @throws Error from ONNX Runtime, which names the node that failed.
   */
  run(feeds: Tensors, fetches: Tensors): Promise<void>;
  /** The same without waiting, where the runtime can. */
  runSync?(feeds: Tensors, fetches: Tensors): void;
  release(): void;
}

/** An ONNX Runtime: native in Node, WebAssembly everywhere. The graph and the kernels know no more of it than this. */
export interface Runtime {
  readonly name: string;
  /** Whether the first output of a model should be one that cannot be read: see `uncopied.ts`. */
  readonly unreadableFirst?: boolean;
  /** Whether large weights are taken from where they are: see `beside.ts`. */
  readonly weightsBeside?: boolean;
  create(model: OnnxModel): Promise<Session>;
  /** The same without waiting; absent where the runtime cannot, and with it `dataSync()`. */
  createSync?(model: OnnxModel): Session;
  /** Whether freed memory stays with the process: see `memory.ts`. */
  readonly keepsMemory?: boolean;
  /** Undoes what the runtime has changed about the process. */
  dispose?(): void;
}

export interface RuntimeOptions {
  /** Threads inside one operator. */
  readonly threads: number;
  /** Execution providers by preference, such as `cpu`, `cuda`, `coreml`, `dml`, `webgpu`. */
  readonly executionProviders: readonly string[];
  /** Whether freed memory shall stay with the process: see `memory.ts`. */
  readonly keepMemory?: boolean;
}
