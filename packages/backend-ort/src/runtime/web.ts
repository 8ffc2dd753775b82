import type { OnnxModel } from '@shroom/formats';
import type { InferenceSession, Tensor, TypedTensor } from 'onnxruntime-web';
import type { HostArray } from '../graph/node';
import { encodeModel } from '../onnx/encoder';
import {
  type HostTensor,
  type Rewrites,
  type Runtime,
  type RuntimeOptions,
  rewritingOptions,
  type Session,
  type Tensors,
} from './runtime';

/** The part of `onnxruntime-web` that is used. */
interface WebModule {
  readonly env: {
    logLevel?: string;
    readonly versions: { readonly web?: string; readonly common: string };
    readonly wasm: { numThreads?: number; wasmPaths?: string | object };
  };
  readonly Tensor: typeof Tensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
}

export interface WebOptions extends RuntimeOptions {
  /** Address of `onnxruntime-web`'s `.wasm` files, if they are not beside its script. */
  readonly wasmPaths?: string;
  /** The module, if the program has imported it; then bundlers for browsers include it. */
  readonly module?: unknown;
}

/** Names of the execution providers of `onnxruntime-web`. The one for the processor is `wasm`. */
const providers = new Set(['wasm', 'webgpu', 'webnn', 'webgl']);

/**
 * The runtime of the npm package `onnxruntime-web`: WebAssembly, in threads where the environment allows them, and
 * WebGPU in browsers that have it. It cannot compute synchronously.
 *
 * @throws Error when the package is missing or does not know an execution provider.
 */
export async function loadWebRuntime(options: WebOptions): Promise<Runtime> {
  const executionProviders = options.executionProviders.map(name =>
    name === 'cpu' ? 'wasm' : name,
  );
  const unknown = executionProviders.filter(name => !providers.has(name));
  if (unknown.length > 0) {
    throw new Error(
      `backend-ort: onnxruntime-web has no execution provider '${unknown.join("', '")}'; it has '${[...providers].join("', '")}'.`,
    );
  }
  const web = await importWeb(options.module);
  web.env.logLevel = 'error';
  if (options.threads > 0) web.env.wasm.numThreads = options.threads;
  if (options.wasmPaths !== undefined) web.env.wasm.wasmPaths = options.wasmPaths;
  const create = async (model: OnnxModel, rewrites: Rewrites = 'all'): Promise<Session> => {
    const { bytes, weights } = encodeModel(model, 'beside');
    const session = await web.InferenceSession.create(bytes, {
      // WebAssembly memory never shrinks, so every copy of the weights that compiling avoids saves memory permanently.
      externalData: Array.from(weights, ([path, data]) => ({ path, data })),
      executionProviders,
      ...rewritingOptions(rewrites),
      logSeverityLevel: 3,
    });
    return new WebRun(web, session);
  };
  // WebAssembly's numbers follow the standard on every processor.
  const { web: version, common } = web.env.versions;
  const computesWith = `${version ?? common}, ${executionProviders.join(' ')}`;
  return { name: 'onnxruntime-web', computesWith, create };
}

async function importWeb(given: unknown): Promise<WebModule> {
  if (given !== undefined) return given as WebModule;
  // The name is not a literal, so that programs without the optional package can be bundled.
  const name = 'onnxruntime-web';
  const loaded = (await import(/* @vite-ignore */ name)) as WebModule & {
    readonly default?: WebModule;
  };
  return loaded.default ?? loaded;
}

class WebRun implements Session {
  readonly #web: WebModule;
  readonly #session: InferenceSession;

  constructor(web: WebModule, session: InferenceSession) {
    this.#web = web;
    this.#session = session;
  }

  async run(feeds: Tensors, fetches: Tensors): Promise<void> {
    const inputs: Record<string, TypedTensor<'float32'>> = {};
    for (const [name, tensor] of Object.entries(feeds)) inputs[name] = this.#tensor(tensor);
    const outputs = await this.#session.run(inputs, Object.keys(fetches));
    for (const [name, { data }] of Object.entries(fetches)) {
      data.set(outputs[name]!.data as HostArray);
    }
  }

  release(): void {
    void this.#session.release();
  }

  #tensor({ type, data, dims }: HostTensor): TypedTensor<'float32'> {
    return new this.#web.Tensor(type, data as never, [...dims]) as TypedTensor<'float32'>;
  }
}
