import wasmPlain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreads from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';
import type { EngineName } from '../engine-name';

/**
 * Starts a TensorFlow.js backend. The code of the backend is loaded on demand.
 *
 * @throws Error when this browser cannot start the engine. The message is a sentence with the reason.
 */
export async function startEngine(name: EngineName): Promise<void> {
  enableProdMode();
  await starters[name]();
  if (!(await setBackend(name))) throw new Error(`${name} does not start in this browser.`);
}

const starters: Record<EngineName, () => Promise<void>> = {
  webgpu: async () => {
    if (!('gpu' in navigator)) throw new Error('WebGPU is not available in this browser.');
    if (!(await navigator.gpu.requestAdapter()))
      throw new Error('WebGPU finds no usable graphics card.');
    await import('@tensorflow/tfjs-backend-webgpu');
  },
  webgl: async () => {
    if (!new OffscreenCanvas(1, 1).getContext('webgl2'))
      throw new Error('WebGL 2 is not available in this browser.');
    await import('@tensorflow/tfjs-backend-webgl');
  },
  wasm: async () => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    const absolute = (address: string) => new URL(address, import.meta.url).href;
    setWasmPaths({
      'tfjs-backend-wasm.wasm': absolute(wasmPlain),
      'tfjs-backend-wasm-simd.wasm': absolute(wasmSimd),
      'tfjs-backend-wasm-threaded-simd.wasm': absolute(wasmThreads),
    });
  },
};
