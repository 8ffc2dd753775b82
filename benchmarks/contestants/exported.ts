/** Runs an exported network with onnxruntime-node as its user would: `exported.ts FILE BATCH SIZE`. */
import * as ort from 'onnxruntime-node';
import { serve, threads } from './serve';

const [file] = process.argv.slice(2) as [string];
const [batch, size] = process.argv.slice(3).map(Number) as [number, number];
const session = await ort.InferenceSession.create(file, {
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
});
// ORT names the input as the exporter did.
const [input] = session.inputNames as [string];
const pixels = Float32Array.from({ length: batch * size * size * 3 }, () => Math.random());
const x = new ort.Tensor('float32', pixels, [batch, 3, size, size]);

await serve(async () => {
  await session.run({ [input]: x });
  return undefined;
});
