/** What the browser test runs inside the page, once for each engine: `window.results` is filled in, or `window.failure`. */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgl';
import { env, getBackend, setBackend } from '@tensorflow/tfjs-core';
import { explainAll } from './cases';

export interface BrowserResults {
  readonly engine: string;
  readonly maps: Record<string, number[]>;
}

async function run(engine: string): Promise<BrowserResults> {
  setWasmPaths('/wasm/');
  if (!(await setBackend(engine))) throw new Error(`The engine ${engine} does not start.`);
  if (engine === 'webgl' && !env().getBool('WEBGL_RENDER_FLOAT32_CAPABLE'))
    throw new Error('This WebGL cannot render 32-bit floats; its maps are not comparable.');
  return { engine: getBackend(), maps: await explainAll() };
}

run(location.hash.slice(1)).then(
  results => Object.assign(globalThis, { results }),
  error => Object.assign(globalThis, { failure: String(error?.stack ?? error) }),
);
