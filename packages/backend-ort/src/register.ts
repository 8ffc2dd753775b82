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
import type { Runtime } from './runtime/runtime';
import { loadWebRuntime } from './runtime/web';
import { registerSharedGradients } from './shared-gradients';

const backendName = 'ort';

/** Priority of the backend: above `cpu` (1) and `wasm` (2), below the backends for graphics cards. */
const priority = 3;

export interface OrtOptions {
  /** Number of threads inside one operator. Default: the number of processors, as ONNX Runtime counts them. */
  readonly threads?: number;
  /** Execution providers in order of preference. Default `['cpu']`. */
  readonly executionProviders?: readonly string[];
  /** Maximum number of compiled computations that are kept; the least recently used is removed first. Default 64. */
  readonly sessionCacheSize?: number;
  /**
   * Whether weights of networks with convolutions are part of the compiled model in runs that do not train them. This is
   * faster, but needs a copy of the weights, and compiles again when they change. It changes results in their last digits.
   * Default true.
   */
  readonly compileWeights?: boolean;
  /** Number of pending operations after which they are run although no value is read. Default 4000. */
  readonly pendingOperations?: number;
  /** `native`, `web`, or `auto` (default): native in Node; web elsewhere, and if there is no native runtime. */
  readonly runtime?: 'auto' | 'native' | 'web';
  /** The module `onnxruntime-web`, for programs packed by a bundler: `import * as ort from 'onnxruntime-web'`. */
  readonly onnxruntimeWeb?: unknown;
  /** Address of the `.wasm` files of `onnxruntime-web`. Default: beside its script. */
  readonly wasmPaths?: string;
  /** Called when the backend falls back to WebAssembly. Default: writes to the console. */
  readonly onWarning?: (message: string) => void;
  /** Maximum number of bytes that are kept for later results. Default 1 GB. */
  readonly bufferPoolBytes?: number;
  /**
   * Whether the process keeps memory that a run has freed, so that the next run need not request it from the system again.
   * Needs Linux with glibc and the package `koffi`. Default: if possible; `true` throws an error if it is impossible.
   */
  readonly keepMemory?: boolean;
}

let options: OrtOptions = {};

/**
 * Sets the options of the backend `ort`. They take effect when the backend starts, for example by `tf.setBackend('ort')`. A
 * backend that is running is disposed, with all of its tensors.
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
 * Registers the backend `ort` and its kernels. Importing the package does this automatically.
 *
 * @example
 * ```ts
 * import { removeBackend, setBackend } from '@tensorflow/tfjs-core';
 *
 * removeBackend('ort'); // also disposes its tensors and sessions
 * registerOrt();
 * await setBackend('ort'); // starts a new one
 * ```
 */
export function registerOrt(): void {
  registerBackend(backendName, start, priority);
}

/**
 * The backend, if it has started; for example to read its statistics.
 *
 * @example
 * ```ts
 * import { setBackend } from '@tensorflow/tfjs-core';
 *
 * await setBackend('ort');
 * ortBackend()?.runtimeName; // 'onnxruntime-node', or 'onnxruntime-web' if there is no native runtime
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
 * Loads the native runtime in Node, or, if it is missing, the WebAssembly runtime with a warning. Elsewhere it loads the
 * WebAssembly runtime.
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
    // Browsers do not load it.
    const { loadNativeRuntime } = await import('./runtime/native');
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
  'To install the native runtime: npm install onnxruntime-node --onnxruntime-node-install=skip (without CUDA libraries).';

function missingNative(error: unknown): string {
  return `backend-ort: neither onnxruntime-node nor onnxruntime-web could be loaded on ${process.platform} ${process.arch}. ${howToInstall} Or: npm install onnxruntime-web. (${message(error)})`;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0]! : String(error);
}

/** Whether loading failed because the package or its binary is missing. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error;
}

function isNode(): boolean {
  return typeof process !== 'undefined' && process.versions?.node !== undefined;
}

/**
 * Registers the gradients for all engines, which share one table of gradients. `@tensorflow/tfjs-layers` registers tfjs's
 * own gradients when it is loaded, possibly after this package. So these gradients are registered again when the modules
 * that are being loaded have finished loading.
 */
export function registerGradientsOfAll(): void {
  registerSharedGradients();
  queueMicrotask(registerSharedGradients);
}

/** Registers the kernels. They belong to the name of the backend, not to one instance. */
export function registerOrtKernels(): void {
  registerKernels(backendName);
  registerGradientKernels(backendName);
}
