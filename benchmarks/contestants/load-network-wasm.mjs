// Like `load-network.mjs`, but with only tfjs, from a model in tfjs's own format: `load-network-wasm.mjs FOLDER SIZE`.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-wasm';
import { io, ones, setBackend, tidy } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';

const [folder, side] = process.argv.slice(2);
const size = Number(side);
await setBackend('wasm');
const { modelTopology, weightsManifest } = JSON.parse(
  await readFile(join(folder, 'model.json'), 'utf8'),
);
const { buffer, byteOffset, byteLength } = await readFile(join(folder, 'weights.bin'));
const model = await loadLayersModel(
  io.fromMemory({
    modelTopology,
    weightSpecs: weightsManifest.flatMap(group => group.weights),
    weightData: buffer.slice(byteOffset, byteOffset + byteLength),
  }),
);
const logits = await tidy(() => model.predict(ones([1, size, size, 3]))).data();
console.log(logits[0]);
process.exit(Number.isFinite(logits[0]) && logits.length === 1000 ? 0 : 1);
