import { engine, findBackend, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { OrtBackend } from './backend';
import { installGradients, registerGradientKernels } from './gradients';
import { registerKernels } from './kernels/registry';
import { loadNativeRuntime } from './runtime/native';
import type { Runtime } from './runtime/runtime';

export const BACKEND_NAME = 'ort';

/** Above `cpu` (1) and `wasm` (2), below what computes on a graphics card. */
const PRIORITY = 3;

export interface OrtOptions {
  /** Threads inside one operator. Default: the processors that the machine has, as ONNX Runtime counts them. */
  readonly threads?: number;
  /** Execution providers by preference. Default `['cpu']`. */
  readonly executionProviders?: readonly string[];
  /** Compiled computations that are kept, the least recently used going first. Default 64. */
  readonly sessionCacheSize?: number;
  /**
   * Runs that must find the same tensor in a place before it is compiled in as a constant, as frozen weights should be.
   * Default 2; `Infinity` never does.
   */
  readonly constantAfter?: number;
  /** Pending operations after which work is run although nobody reads. Default 4000. */
  readonly pendingOperations?: number;
  /** Most bytes of memory that are kept for results to come. Default 1 GB. */
  readonly bufferPoolBytes?: number;
}

let options: OrtOptions = {};

/**
 * Sets the options of the backend `ort`. It takes effect when the backend starts, which `tf.setBackend('ort')` does;
 * a backend that has started is disposed, with every tensor on it.
 */
export function configureOrt(next: OrtOptions): void {
  options = { ...next };
  const started = engine().registry[BACKEND_NAME] !== undefined;
  if (!started) return;
  removeBackend(BACKEND_NAME);
  registerOrt();
}

/** Registers the backend `ort` and its kernels. Importing the package does this. */
export function registerOrt(): void {
  registerBackend(BACKEND_NAME, start, PRIORITY);
}

/** The backend when it has started, for its statistics. */
export function ortBackend(): OrtBackend | undefined {
  const started = engine().registry[BACKEND_NAME] !== undefined;
  return started ? (findBackend(BACKEND_NAME) as OrtBackend) : undefined;
}

async function start(): Promise<OrtBackend> {
  installGradients();
  const runtime = await loadRuntime();
  return new OrtBackend(runtime, {
    sessionCacheSize: options.sessionCacheSize ?? 64,
    constantAfter: options.constantAfter ?? 2,
    pendingOperations: options.pendingOperations ?? 4000,
    bufferPoolBytes: options.bufferPoolBytes ?? 1e9,
  });
}

async function loadRuntime(): Promise<Runtime> {
  return loadNativeRuntime({
    threads: options.threads ?? 0,
    executionProviders: options.executionProviders ?? ['cpu'],
  });
}

/** Kernels belong to the name of the backend, not to one instance of it. */
export function registerOrtKernels(): void {
  registerKernels(BACKEND_NAME);
  registerGradientKernels(BACKEND_NAME);
}
