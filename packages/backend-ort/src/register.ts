import {
  backend_util,
  engine,
  findBackend,
  registerBackend,
  removeBackend,
} from '@tensorflow/tfjs-core';
import { OrtBackend } from './backend';
import { installGradients, registerGradientKernels } from './gradients';
import { registerKernels } from './kernels/registry';
import { loadNativeRuntime } from './runtime/native';
import type { Runtime } from './runtime/runtime';
import { loadWebRuntime } from './runtime/web';
import { registerSharedGradients } from './shared-gradients';

const backendName = 'ort';

/** Above `cpu` (1) and `wasm` (2), below what computes on a graphics card. */
const priority = 3;

export interface OrtOptions {
  /** Threads inside one operator. Default: the processors that the machine has, as ONNX Runtime counts them. */
  readonly threads?: number;
  /** Execution providers by preference. Default `['cpu']`. */
  readonly executionProviders?: readonly string[];
  /** Compiled computations that are kept, the least recently used going first. Default 64. */
  readonly sessionCacheSize?: number;
  /**
   * Whether weights of networks with convolutions are part of the compiled model where a run does not train them: faster, for a
   * copy of the weights, and compiled again when they change. Default true. It changes results in their last digits.
   */
  readonly compileWeights?: boolean;
  /** Pending operations after which work is run although nobody reads. Default 4000. */
  readonly pendingOperations?: number;
  /** `native`, `web`, or `auto` (default): native in Node, web elsewhere and where there is no native one. */
  readonly runtime?: 'auto' | 'native' | 'web';
  /** The module `onnxruntime-web`, for programs that a bundler packs: `import * as ort from 'onnxruntime-web'`. */
  readonly onnxruntimeWeb?: unknown;
  /** Where the `.wasm` files of `onnxruntime-web` are served. Default: beside its script. */
  readonly wasmPaths?: string;
  /** Told when the backend falls back to WebAssembly. Default: the console. */
  readonly onWarning?: (message: string) => void;
  /** Most bytes of memory that are kept for results to come. Default 1 GB. */
  readonly bufferPoolBytes?: number;
  /**
   * Whether memory that a run has freed stays with the process, so that the next need not ask the system for it again. Needs
   * Linux with glibc and the package `koffi`. Default: where it can be done; `true` throws where it cannot.
   */
  readonly keepMemory?: boolean;
}

let options: OrtOptions = {};

/**
 * Sets the options of the backend `ort`. They take effect when the backend starts, which `tf.setBackend('ort')` does.
 * A backend that has started is disposed, with every tensor on it.
 *
 * @example
 * ```ts
 * import { setBackend } from '@tensorflow/tfjs-core';
 *
 * configureOrt({ threads: 2, onWarning: message => console.error(message) });
 * await setBackend('ort');
 * ```
 */
export function configureOrt(next: OrtOptions): void {
  options = { ...next };
  const started = engine().registry[backendName] !== undefined;
  if (!started) return;
  removeBackend(backendName);
  registerOrt();
}

/**
 * Registers the backend `ort` and its kernels. Importing the package does this.
 *
 * @example
 * ```ts
 * import { removeBackend, setBackend } from '@tensorflow/tfjs-core';
 *
 * removeBackend('ort'); // with its tensors and sessions
 * registerOrt();
 * await setBackend('ort'); // starts a new one
 * ```
 */
export function registerOrt(): void {
  registerBackend(backendName, start, priority);
}

/**
 * The backend when it has started, for its statistics.
 *
 * @example
 * ```ts
 * import { setBackend } from '@tensorflow/tfjs-core';
 *
 * await setBackend('ort');
 * ortBackend()?.runtimeName; // 'onnxruntime-node', or 'onnxruntime-web' where there is no native one
 * ```
 */
export function ortBackend(): OrtBackend | undefined {
  const started = engine().registry[backendName] !== undefined;
  return started ? (findBackend(backendName) as OrtBackend) : undefined;
}

async function start(): Promise<OrtBackend> {
  registerSharedGradients();
  installGradients();
  const runtime = await loadRuntime();
  return new OrtBackend(runtime, {
    sessionCacheSize: options.sessionCacheSize ?? 64,
    compileWeights: options.compileWeights ?? true,
    pendingOperations: options.pendingOperations ?? 4000,
    bufferPoolBytes: options.bufferPoolBytes ?? 1e9,
  });
}

/**
 * In Node the native runtime, or where it is missing the WebAssembly one, which is announced; elsewhere the WebAssembly
 * one.
 */
async function loadRuntime(): Promise<Runtime> {
  const { runtime = 'auto', wasmPaths, onnxruntimeWeb } = options;
  const common = {
    threads: options.threads ?? 0,
    executionProviders: options.executionProviders ?? ['cpu'],
    ...(options.keepMemory !== undefined && { keepMemory: options.keepMemory }),
  };
  const web = { ...common, ...(wasmPaths && { wasmPaths }), module: onnxruntimeWeb };
  if (runtime === 'web' || (runtime === 'auto' && !isNode())) return loadWebRuntime(web);
  try {
    return await loadNativeRuntime(common);
  } catch (error) {
    if (runtime === 'native' || !isMissing(error)) throw error;
    const warn = options.onWarning ?? backend_util.warn;
    const fallback = await loadWebRuntime(web).catch(() => undefined);
    if (fallback === undefined) throw new Error(missingNative(error), { cause: error });
    warn(
      `backend-ort: no native ONNX Runtime for ${process.platform} ${process.arch}, running on onnxruntime-web (WebAssembly): slower, and dataSync() is not possible. ${howToInstall} (${message(error)})`,
    );
    return fallback;
  }
}

const howToInstall =
  'To have the native one: npm install onnxruntime-node, with ONNXRUNTIME_NODE_INSTALL=skip in the environment on Linux unless CUDA is wanted.';

function missingNative(error: unknown): string {
  return `backend-ort: neither onnxruntime-node nor onnxruntime-web could be loaded on ${process.platform} ${process.arch}. ${howToInstall} Or: npm install onnxruntime-web. (${message(error)})`;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0]! : String(error);
}

/** Whether loading failed because the package or its binary is not there. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error;
}

function isNode(): boolean {
  return typeof process !== 'undefined' && process.versions?.node !== undefined;
}

/**
 * Gradients belong to all engines together. `@tensorflow/tfjs-layers` registers tfjs's own when it is loaded, which may be right
 * after this package: they are registered once more when what is being loaded has been.
 */
export function registerGradientsOfAll(): void {
  registerSharedGradients();
  queueMicrotask(registerSharedGradients);
}

/** Kernels belong to the name of the backend, not to one instance of it. */
export function registerOrtKernels(): void {
  registerKernels(backendName);
  registerGradientKernels(backendName);
}
