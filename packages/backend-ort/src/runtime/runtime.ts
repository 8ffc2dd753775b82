import type { OnnxModel } from '@shroom/formats';
import type { HostArray, NumericType, Shape } from '../graph/node';

/** A tensor in memory, in the form that ONNX Runtime's JavaScript interface uses. */
export interface HostTensor {
  readonly type: NumericType;
  readonly dims: Shape;
  readonly data: HostArray;
  /** Location of the data, which the native binding requires. */
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
  /** Runs the model synchronously, if the runtime supports it. */
  runSync?(feeds: Tensors, fetches: Tensors): void;
  release(): void;
}

/**
 * How far ONNX Runtime may rewrite a model. `all`: by all of its rules. `some`: without the rules that replace small groups
 * of nodes, because some of these rules lose nodes. `none`: not at all.
 */
const rewriteLevels = ['all', 'some', 'none'] as const;

export type Rewrites = (typeof rewriteLevels)[number];

/** The reduced levels to try if ONNX Runtime fails with the given rewrites. */
export function fewerAndFewer(rewrites: Rewrites): readonly Rewrites[] {
  return rewriteLevels.slice(rewriteLevels.indexOf(rewrites));
}

/** Session options that limit rewriting. */
interface RewritingOptions {
  readonly graphOptimizationLevel: 'all' | 'disabled';
  readonly extra: { readonly optimization: { readonly disable_specified_optimizers: string } };
}

/**
 * Rewrites that are always disabled because they are wrong. `DivMulFusion` writes `1 / y * x` as `x / y` without the edge
 * between `x` and the quotient. If another rule then removes `x`, the model becomes invalid. `Pad_Fusion` moves zeros from before a
 * pooling into its padding, where they do not count: the maximum of negative values and zeros would be below 0.
 *
 * @see https://github.com/microsoft/onnxruntime/issues/32416
 */
const unsoundRewrites = ['DivMulFusion', 'Pad_Fusion'];

/** All rules that replace small groups of nodes. */
const ruleBased = ['Level1_RuleBasedTransformer', 'Level2_RuleBasedTransformer'];

/** The session options for a level of rewriting. Older bindings do not know `extra`, and ignore it. */
export function rewritingOptions(rewrites: Rewrites): RewritingOptions {
  const disabled = rewrites === 'all' ? unsoundRewrites : [...unsoundRewrites, ...ruleBased];
  return {
    graphOptimizationLevel: rewrites === 'none' ? 'disabled' : 'all',
    extra: { optimization: { disable_specified_optimizers: disabled.join(';') } },
  };
}

/** An ONNX Runtime: native in Node, WebAssembly everywhere else. Graph and kernels use only this interface. */
export interface Runtime {
  readonly name: string;
  /** The version, the execution providers and the processor's instructions, on which the last bits of results depend. */
  readonly computesWith: string;
  /** Whether the first output of a model should be unreadable: see `uncopied.ts`. */
  readonly unreadableFirst?: boolean;
  /** Whether the runtime reads large weights from outside the model: see `beside.ts`. */
  readonly weightsBeside?: boolean;
  /** Number of channels in a block, if the runtime has kernels for blocks: see `blocks.ts`. */
  readonly channelsInBlock?: number;
  create(model: OnnxModel, rewrites?: Rewrites): Promise<Session>;
  /** Compiles a model synchronously. Absent if the runtime cannot do this; then `dataSync()` does not work either. */
  createSync?(model: OnnxModel, rewrites?: Rewrites): Session;
  /** Compiles the bytes of an ONNX file, whose weights are inside. Absent if the runtime cannot do this. */
  openSync?(file: Uint8Array): Session;
  /** Whether the process keeps freed memory: see `memory.ts`. */
  readonly keepsMemory?: boolean;
  /** Reverts the changes that the runtime has made to the process. */
  dispose?(): void;
}

export interface RuntimeOptions {
  /** Number of threads inside one operator. */
  readonly threads: number;
  /** Execution providers in order of preference, such as `cpu`, `cuda`, `coreml`, `dml`, `webgpu`. */
  readonly executionProviders: readonly string[];
  /** Whether the process should keep freed memory: see `memory.ts`. */
  readonly keepMemory?: boolean;
}
