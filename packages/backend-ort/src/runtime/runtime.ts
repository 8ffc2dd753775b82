import type { OnnxModel } from '@shroom/formats';
import type { HostArray, NumericType, Shape } from '../graph/node';

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

/**
 * How much of a model ONNX Runtime may rewrite: everything that it can; not by its rules of a few nodes, of which some lose
 * nodes; nothing.
 */
const rewriteLevels = ['all', 'some', 'none'] as const;

export type Rewrites = (typeof rewriteLevels)[number];

/** What is left to try where ONNX Runtime fails with some rewrites. */
export function fewerAndFewer(rewrites: Rewrites): readonly Rewrites[] {
  return rewriteLevels.slice(rewriteLevels.indexOf(rewrites));
}

/** Options of a session that bound what is rewritten. */
interface RewritingOptions {
  readonly graphOptimizationLevel: 'all' | 'disabled';
  readonly extra: { readonly optimization: { readonly disable_specified_optimizers: string } };
}

/**
 * Rewrites that are never used, since they are wrong: `DivMulFusion` writes `1 / y * x` as `x / y` without the edge between
 * `x` and the quotient, so that a rule which then leaves `x` out makes the model invalid.
 *
 * @see https://github.com/microsoft/onnxruntime/issues/32416
 */
const unsoundRewrites = ['DivMulFusion'];

/** All rules of a few nodes. */
const ruleBased = ['Level1_RuleBasedTransformer', 'Level2_RuleBasedTransformer'];

/** The options of a session with these rewrites. Older bindings do not know `extra`, and leave it. */
export function rewritingOptions(rewrites: Rewrites): RewritingOptions {
  const disabled = rewrites === 'all' ? unsoundRewrites : [...unsoundRewrites, ...ruleBased];
  return {
    graphOptimizationLevel: rewrites === 'none' ? 'disabled' : 'all',
    extra: { optimization: { disable_specified_optimizers: disabled.join(';') } },
  };
}

/** An ONNX Runtime: native in Node, WebAssembly everywhere. The graph and the kernels know no more of it than this. */
export interface Runtime {
  readonly name: string;
  /** Its version, its execution providers and the instructions that it computes with: what the last bits of results depend on. */
  readonly computesWith: string;
  /** Whether the first output of a model should be one that cannot be read: see `uncopied.ts`. */
  readonly unreadableFirst?: boolean;
  /** Whether large weights are taken from where they are: see `beside.ts`. */
  readonly weightsBeside?: boolean;
  create(model: OnnxModel, rewrites?: Rewrites): Promise<Session>;
  /** The same without waiting; absent where the runtime cannot, and with it `dataSync()`. */
  createSync?(model: OnnxModel, rewrites?: Rewrites): Session;
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
