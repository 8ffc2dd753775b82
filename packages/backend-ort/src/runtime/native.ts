import type { OnnxModel } from '@shroom/formats';
import { encodeModel } from '../onnx/encoder';
import { unreadableModel } from '../onnx/unreadable';
import { areWeightsCopied } from './beside';
import { channelsInBlock } from './blocks';
import { instructionSet } from './instruction-set';
import { integerOptions } from './integers';
import { type KeptMemory, keepFreedMemory } from './memory';
import {
  type HostTensor,
  type Rewrites,
  type Runtime,
  type RuntimeOptions,
  rewritingOptions,
  type Session,
  type Tensors,
} from './runtime';
import { probeModel, stopMessage } from './uncopied';

/** The synchronous part of the binding of `onnxruntime-node`. */
interface NativeSession {
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: object): void;
  run(
    feeds: Tensors,
    fetches: Readonly<Record<string, HostTensor | null>>,
    options: object,
  ): Record<string, HostTensor>;
  dispose(): void;
}

interface NativeBinding {
  readonly binding: {
    readonly InferenceSession: new () => NativeSession;
    listSupportedBackends(): { readonly name: string }[];
  };
  initOrt(): void;
}

/** Log level of ONNX Runtime: only errors, which are also thrown. */
const logErrors = 3;

/**
 * The native runtime of the npm package `onnxruntime-node`.
 *
 * @throws Error when the package or its binary for this platform is missing, or when it does not have the requested
 *   execution providers.
 */
export async function loadNativeRuntime(options: RuntimeOptions): Promise<Runtime> {
  // ONNX Runtime would report its sessions to its maker, and write a number of the machine to the disk. It reads this when it is loaded.
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  // The path is not a literal, so that bundlers for browsers ignore it.
  const path = 'onnxruntime-node/dist/binding.js';
  const loaded = (await import(/* @vite-ignore */ path)) as NativeBinding & {
    readonly default?: NativeBinding;
  };
  const { binding, initOrt } = loaded.default ?? loaded;
  const version = await versionOfPackage();
  initOrt();
  const available = ['cpu', ...binding.listSupportedBackends().map(backend => backend.name)];
  const missing = options.executionProviders.filter(name => !available.includes(name));
  if (missing.length > 0) {
    throw new Error(
      `backend-ort: the installed onnxruntime-node has no execution provider '${missing.join("', '")}'; ` +
        `it has '${[...new Set(available)].join("', '")}'. Install a build of onnxruntime-node with this ` +
        'provider, or remove the provider from executionProviders.',
    );
  }
  const sessionOptions = {
    executionProviders: [...options.executionProviders],
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    // The memory arena would keep the peak memory of every session. Without it a training step needs half the memory, and
    // neither a training step nor a forward pass is slower.
    enableMemPattern: false,
    enableCpuMemArena: false,
    logSeverityLevel: logErrors,
  };
  const compiled = (bytes: Uint8Array, own: object): NativeSession => {
    const session = new binding.InferenceSession();
    const { buffer, byteOffset, byteLength } = bytes;
    session.loadModel(buffer, byteOffset, byteLength, { ...sessionOptions, ...own });
    return session;
  };
  const load = (
    model: OnnxModel,
    large: 'inside' | 'beside',
    kept?: KeptMemory,
    rewrites: Rewrites = 'all',
  ): NativeSession => {
    const { bytes, weights } = encodeModel(model, large);
    kept?.beforeCompiling(totalBytes(weights.values()));
    const externalData = Array.from(weights, ([path, data]) => ({ path, data }));
    return compiled(bytes, {
      ...rewritingOptions(rewrites),
      ...(large === 'beside' && { externalData }),
    });
  };
  const probe = probeModel();
  const session = load(probe.model, 'inside');
  const stop = stopMessage(probe, (feeds, fetches) => session.run(feeds, fetches, {}));
  session.dispose();
  const kept = await keptMemory(options.keepMemory);
  const weightsBeside = areWeightsCopied(model => load(model, 'beside'));
  const large = weightsBeside ? 'beside' : 'inside';
  const isOnlyCpu = options.executionProviders.every(name => name === 'cpu');
  const blocks = isOnlyCpu ? channelsInBlock(model => load(model, 'inside')) : undefined;
  const createSync = (model: OnnxModel, rewrites?: Rewrites): Session =>
    new NativeRun(load(model, large, kept?.memory, rewrites), stop, kept?.memory);
  let quantization: object | undefined;
  const openSync = (file: Uint8Array): Session => {
    quantization ??= integerOptions(model => load(model, 'inside'));
    kept?.memory.beforeCompiling(file.byteLength);
    const { extra, ...rewriting } = rewritingOptions('all');
    const own = { ...rewriting, extra: { ...extra, ...quantization } };
    return new NativeRun(compiled(file, own), undefined, kept?.memory);
  };
  return {
    name: 'onnxruntime-node',
    computesWith: `${version}, ${options.executionProviders.join(' ')}, ${instructionSet()}`,
    unreadableFirst: stop !== undefined,
    weightsBeside,
    ...(blocks !== undefined && { channelsInBlock: blocks }),
    createSync,
    openSync,
    create: async (model, rewrites) => createSync(model, rewrites),
    keepsMemory: kept !== undefined,
    ...(kept && { dispose: kept.giveBack }),
  };
}

async function versionOfPackage(): Promise<string> {
  const path = 'onnxruntime-node/dist/version.js';
  const loaded = (await import(/* @vite-ignore */ path)) as {
    readonly version?: string;
    readonly default?: { readonly version: string };
  };
  return loaded.version ?? loaded.default!.version;
}

/** Keeps freed memory if possible. @returns `undefined` if memory is not kept. */
async function keptMemory(wanted: boolean | undefined) {
  if (wanted === false) return undefined;
  try {
    return await keepFreedMemory();
  } catch (error) {
    if (wanted === undefined) return undefined;
    throw new Error(
      `backend-ort: keepMemory is impossible: ${(error as Error).message.split('\n')[0]}. It needs Linux with ` +
        'glibc and the package koffi (npm install koffi).',
      { cause: error },
    );
  }
}

function totalBytes(arrays: Iterable<Uint8Array>): number {
  let total = 0;
  for (const { byteLength } of arrays) total += byteLength;
  return total;
}

class NativeRun implements Session {
  readonly #session: NativeSession;
  readonly #stop: string | undefined;
  readonly #memory: KeptMemory | undefined;

  /** @param stop The binding's error message at the output that it cannot read, which is the first output. */
  constructor(session: NativeSession, stop: string | undefined, memory: KeptMemory | undefined) {
    this.#session = session;
    this.#stop = stop;
    this.#memory = memory;
  }

  async run(feeds: Tensors, fetches: Tensors): Promise<void> {
    this.runSync(feeds, fetches);
  }

  runSync(feeds: Tensors, fetches: Tensors): void {
    this.#runOnce(feeds, fetches);
    this.#memory?.afterRun();
  }

  #runOnce(feeds: Tensors, fetches: Tensors): void {
    if (this.#stop === undefined) {
      this.#session.run(feeds, fetches, {});
      return;
    }
    try {
      this.#session.run(feeds, { [unreadableModel.name]: null, ...fetches }, {});
    } catch (error) {
      if ((error as Error).message !== this.#stop) throw error;
    }
  }

  release(): void {
    this.#session.dispose();
  }
}
