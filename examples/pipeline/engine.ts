import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { registerFilterGradient } from '@shroom/train';
import * as tf from '@tensorflow/tfjs-core';
import { warn } from './terminal';
import { multiplyTransposedFast } from './wasm';

export const engineNames = ['ort', 'tensorflow', 'wasm', 'cpu'] as const;
export type EngineName = (typeof engineNames)[number];

export interface Engine {
  readonly name: EngineName;
  /** Why this one. */
  readonly reason: string;
  /** Its version and what else the last bits of its results depend on: part of the key of what is kept. */
  readonly identity: string;
}

const about: Record<EngineName, string> = {
  ort: "ONNX Runtime's native kernels",
  tensorflow: "TensorFlow's native kernels",
  wasm: 'WebAssembly on one thread, about eight times slower than ort',
  cpu: 'plain JavaScript, far slower than all others',
};

/**
 * Starts an engine under TensorFlow.js. With `auto` the first that loads, fastest first; each that does not is named.
 *
 * @throws Error when the engine asked for does not load: no other is taken in its place.
 */
export async function startEngine(wanted: EngineName | 'auto'): Promise<Engine> {
  tf.enableProdMode();
  for (const name of wanted === 'auto' ? engineNames : [wanted]) {
    try {
      await starters[name]();
      await tf.ready();
      const chosen = wanted === 'auto' ? 'the fastest that loads here' : 'as asked for';
      const identity = `${name}: ${await identities[name]()}; tfjs ${tf.version_core}`;
      return { name, identity, reason: `${about[name]}; ${chosen}` };
    } catch (error) {
      const why = error instanceof Error ? error.message.split('\n')[0]! : String(error);
      if (wanted !== 'auto')
        throw new Error(`The engine '${name}' does not load: ${why}${advice[name] ?? ''}`);
      // tfjs-node is optional and mostly absent: that is no news.
      if (name !== 'tensorflow') warn(`engine '${name}' does not load: ${why}`);
    }
  }
  throw new Error('No engine loads.');
}

const advice: Partial<Record<EngineName, string>> = {
  tensorflow: '\nIt is optional: install @tensorflow/tfjs-node in examples/, or use --engine auto.',
};

const starters: Record<EngineName, () => Promise<void>> = {
  ort: async () => {
    await import('@shroom/backend-ort');
    await use('ort');
  },
  tensorflow: async () => {
    const optional = '@tensorflow/tfjs-node';
    await import(optional).catch(() => {
      throw new Error('@tensorflow/tfjs-node is not installed, or its native library is missing.');
    });
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

/** JavaScript's exponential and its like are V8's, WebAssembly's vectors are those of the standard, others the processor's. */
const identities: Record<EngineName, () => string | Promise<string>> = {
  ort: async () => (await import('@shroom/backend-ort')).ortBackend()!.identity,
  tensorflow: async () => {
    const { instructionSet } = await import('@shroom/backend-ort');
    const optional = '@tensorflow/tfjs-node';
    const { version } = await import(optional);
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
