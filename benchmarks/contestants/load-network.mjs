// Starts, loads a network with this project, and computes the first logits of an image: `load-network.mjs NETWORK WEIGHTS SIZE`.
import '@shroom/backend-ort';
import { configureOrt } from '@shroom/backend-ort';
import { loadBackbone } from '@shroom/models/node';
import { ones, setBackend, tidy } from '@tensorflow/tfjs-core';

const [network, weights, side] = process.argv.slice(2);
const size = Number(side);
configureOrt({ threads: Number(process.env.THREADS ?? 2) });
await setBackend('ort');
const { model } = await loadBackbone(network, weights, { size, includeTop: true });
const logits = await tidy(() => model.predict(ones([1, size, size, 3]))).data();
console.log(logits[0]);
process.exit(Number.isFinite(logits[0]) && logits.length === 1000 ? 0 : 1);
