import type { HostTensor, Runtime, RuntimeOptions, Session, Tensors } from './runtime';

/** The part of `onnxruntime-node`'s binding that runs synchronously. */
interface NativeSession {
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: object): void;
  run(feeds: Tensors, fetches: Tensors, options: object): Record<string, HostTensor>;
  dispose(): void;
}

interface NativeBinding {
  readonly binding: {
    readonly InferenceSession: new () => NativeSession;
    listSupportedBackends(): { readonly name: string }[];
  };
  initOrt(): void;
}

/** ONNX Runtime's own log: errors only, since each of them is thrown as well. */
const LOG_ERRORS = 3;

/**
 * The native runtime of the npm package `onnxruntime-node`.
 *
 * @throws Error when the package or its binary for this platform is missing, or when it has not the execution
 * providers that are asked for.
 */
export async function loadNativeRuntime(options: RuntimeOptions): Promise<Runtime> {
  // Not a literal, so that bundlers for browsers leave it alone.
  const path = 'onnxruntime-node/dist/binding.js';
  const loaded = (await import(/* @vite-ignore */ path)) as NativeBinding & {
    readonly default?: NativeBinding;
  };
  const { binding, initOrt } = loaded.default ?? loaded;
  initOrt();
  const available = ['cpu', ...binding.listSupportedBackends().map(backend => backend.name)];
  const missing = options.executionProviders.filter(name => !available.includes(name));
  if (missing.length > 0) {
    throw new Error(
      `backend-ort: the installed onnxruntime-node has no execution provider '${missing.join("', '")}'; ` +
        `it has '${[...new Set(available)].join("', '")}'. Install a build of onnxruntime-node that has it, or leave it out of executionProviders.`,
    );
  }
  const sessionOptions = {
    executionProviders: [...options.executionProviders],
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // The arena keeps the peak of every session for itself. Without it a training step takes half the memory, and
    // neither it nor a forward pass is slower.
    enableMemPattern: false,
    enableCpuMemArena: false,
    logSeverityLevel: LOG_ERRORS,
  };
  const createSync = (model: Uint8Array): Session => {
    const session = new binding.InferenceSession();
    session.loadModel(model.buffer, model.byteOffset, model.byteLength, sessionOptions);
    return new NativeRun(session);
  };
  return { name: 'onnxruntime-node', createSync, create: async model => createSync(model) };
}

class NativeRun implements Session {
  constructor(private readonly session: NativeSession) {}

  async run(feeds: Tensors, fetches: Tensors): Promise<void> {
    this.runSync(feeds, fetches);
  }

  runSync(feeds: Tensors, fetches: Tensors): void {
    this.session.run(feeds, fetches, {});
  }

  release(): void {
    this.session.dispose();
  }
}
