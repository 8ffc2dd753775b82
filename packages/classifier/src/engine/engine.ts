import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { registerFilterGradient } from '@shroom/train';
import * as tf from '@tensorflow/tfjs-core';
import { EngineLoadError } from '../errors';
import { type EngineName, engineNames } from './names';
import { nativeFault, type Remedy } from './native';
import { loadTfjsNode } from './tfjs-node';
import { multiplyTransposedFast } from './wasm';

export interface Engine {
  readonly name: EngineName;
  /** Why this engine was chosen. */
  readonly reason: string;
  /** The version and everything else that can change the last bits of a result. Include it in cache keys. */
  readonly identity: string;
  /** For each faster engine that failed to load, a sentence with the reason. */
  readonly failed: readonly string[];
  /** What the engine cannot do. Absent if it can do everything. */
  readonly limit?: string;
  /** How to get a faster engine. Absent if the engine is the fastest, or was asked for. */
  readonly faster?: Remedy;
}

const about: Record<EngineName, string> = {
  ort: "ONNX Runtime's native kernels",
  tensorflow: "TensorFlow's native kernels",
  wasm: 'WebAssembly on one thread, about eight times slower than ort',
  cpu: 'plain JavaScript, far slower than all others',
};

const limits: Partial<Record<string, string>> = {
  wasm: 'It trains the head of every network and fine-tunes a ResNet or a vision transformer, but cannot train the depthwise convolutions of a ConvNeXt, an EfficientNet-Lite or a MobileNetV2.',
};

/**
 * Starts a TensorFlow.js backend. `auto` starts the fastest engine that loads. Without a name, the engine that the program has set is
 * kept; if there is none, `auto` applies.
 *
 * @throws RangeError when there is no such engine.
 * @throws EngineLoadError when the requested engine does not load. No other engine is started instead.
 * @example
 * ```ts
 * const { name, failed } = await startEngine('auto');
 * for (const reason of failed) console.warn(reason);
 * ```
 */
export async function startEngine(wanted?: EngineName | 'auto'): Promise<Engine> {
  // The backend is undefined until a program has set one.
  const own = tf.getBackend() as string | undefined;
  if (wanted === undefined && own)
    return {
      name: own as EngineName,
      reason: 'set by the program',
      identity: await identityOf(own),
      failed: [],
      ...limitOf(own),
    };
  const names: readonly string[] = ['auto', ...engineNames];
  if (wanted !== undefined && !names.includes(wanted))
    throw new RangeError(`There is no engine '${wanted}'; there are ${names.join(', ')}.`);
  tf.enableProdMode();
  const failed: string[] = [];
  let faster: Remedy | undefined;
  for (const name of wanted === undefined || wanted === 'auto' ? engineNames : [wanted]) {
    try {
      await starters[name]();
      await tf.ready();
      const chosen = wanted === name ? 'as asked for' : 'the fastest that loads here';
      return {
        name,
        identity: await identityOf(name),
        reason: `${about[name]}; ${chosen}`,
        failed,
        ...limitOf(name),
        ...(faster && { faster }),
      };
    } catch (error) {
      const { why, remedy } = faultOf(name, error);
      if (wanted === name) {
        const { what, command } = remedy ?? {};
        const lines = [`The engine '${name}' does not load: ${why}`, what, command];
        throw new EngineLoadError(lines.filter(Boolean).join('\n'), { cause: error });
      }
      if (name === 'ort') faster = remedy;
      // tfjs-node is optional and usually not installed, so its absence is not reported.
      if (name !== 'tensorflow') failed.push(`engine '${name}' does not load: ${why}`);
    }
  }
  throw new EngineLoadError(`No engine loads. ${failed.join('; ')}.`);
}

/** The engine that a run began with, if it loads and the program has set no other. */
export async function engineOf(versions: Readonly<Record<string, string>>) {
  const name = engineNames.find(each => each === versions.engine);
  if (name === undefined || (tf.getBackend() as string | undefined)) return undefined;
  return startEngine(name).then(
    () => name,
    () => undefined,
  );
}

async function identityOf(name: string): Promise<string> {
  const own = Object.hasOwn(identities, name) ? await identities[name as EngineName]() : 'its own';
  return `${name}: ${own}; tfjs ${tf.version_core}`;
}

const limitOf = (name: string) => {
  const limit = limits[name];
  return limit === undefined ? {} : { limit };
};

/** Why an engine does not load, and what helps. */
function faultOf(name: EngineName, error: unknown): { why: string; remedy?: Remedy } {
  if (name === 'ort') return nativeFault(error);
  const why = error instanceof Error ? error.message.split('\n')[0]! : String(error);
  if (name !== 'tensorflow') return { why };
  const what = 'This engine is optional: install @tensorflow/tfjs-node, or take the engine auto.';
  return { why, remedy: { what } };
}

const starters: Record<EngineName, () => Promise<void>> = {
  ort: async () => {
    await import('@shroom/backend-ort');
    await use('ort');
  },
  tensorflow: async () => {
    await loadTfjsNode();
    await use('tensorflow');
  },
  wasm: async () => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    const module = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(`${dirname(module)}/`);
    await use('wasm');
    multiplyTransposedFast();
    registerFilterGradient('wasm');
  },
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    await use('cpu');
  },
};

/**
 * What the last bits depend on: for JavaScript, V8's `Math.exp` and similar functions; for native engines, the processor. WebAssembly
 * vectors are standardized.
 */
const identities: Record<EngineName, () => string | Promise<string>> = {
  ort: async () => (await import('@shroom/backend-ort')).ortBackend()!.identity,
  tensorflow: async () => {
    const { instructionSet } = await import('@shroom/backend-ort');
    const { version } = await loadTfjsNode();
    return `${version['tfjs-node']}, ${instructionSet()}`;
  },
  wasm: async () => {
    const { version_wasm } = await import('@tensorflow/tfjs-backend-wasm');
    const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    return `${version_wasm}, ${simd ? 'simd' : 'no simd'}, V8 ${process.versions.v8}`;
  },
  cpu: () => `V8 ${process.versions.v8}`,
};

async function use(backend: string): Promise<void> {
  if (!(await tf.setBackend(backend)))
    throw new Error(`TensorFlow.js could not start its backend '${backend}'.`);
}
