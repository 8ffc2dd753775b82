import wasmPlain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreads from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';
import type { EngineName } from '../engine-name';

/**
 * Starts an engine under TensorFlow.js. Its code is loaded only now.
 *
 * @throws Error saying in one sentence why this browser cannot.
 */
export async function startEngine(name: EngineName): Promise<void> {
  enableProdMode();
  await starters[name]();
  if (!(await setBackend(name))) throw new Error(`${name} does not start in this browser.`);
}

const starters: Record<EngineName, () => Promise<void>> = {
  webgpu: async () => {
    if (!('gpu' in navigator)) throw new Error('This browser has no WebGPU here.');
    if (!(await navigator.gpu.requestAdapter()))
      throw new Error('WebGPU finds no graphics card that it may use.');
    await import('@tensorflow/tfjs-backend-webgpu');
  },
  webgl: async () => {
    if (!new OffscreenCanvas(1, 1).getContext('webgl2'))
      throw new Error('This browser has no WebGL 2 here.');
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
