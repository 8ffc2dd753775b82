// #region ort
import '@shroom/backend-ort'; // registers the engine
import { setBackend } from '@tensorflow/tfjs-core';

await setBackend('ort');

// #endregion ort
// #region options
import { configureOrt } from '@shroom/backend-ort';

configureOrt({ threads: 2 });
await setBackend('ort');

// #endregion options
// #region statistics
import { ortBackend } from '@shroom/backend-ort';
import { add, ones } from '@tensorflow/tfjs-core';

await add(ones([2, 2]), 1).data();
const { runtimeName, statistics } = ortBackend()!;
console.log(
  runtimeName,
  statistics.runs,
  statistics.compilations,
  statistics.milliseconds,
);

// #endregion statistics
// #region wasm
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

const wasm = createRequire(import.meta.url).resolve(
  '@tensorflow/tfjs-backend-wasm',
);
// In a browser: the place where you serve its .wasm files.
setWasmPaths(`${dirname(wasm)}/`);
await setBackend('wasm');

// #endregion wasm
// #region fallback
import { getBackend } from '@tensorflow/tfjs-core';

for (const engine of ['ort', 'wasm'])
  if (await setBackend(engine).catch(() => false)) break;
console.log(`runs on ${getBackend()}`);
// #endregion fallback
