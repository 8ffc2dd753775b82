/** ResNet50 forward at 299, frozen weights: this backend, the exported ONNX model run directly, PyTorch, tfjs wasm. */
import '@shroom/backend-ort';
import '@tensorflow/tfjs-backend-wasm';
import { configureOrt } from '@shroom/backend-ort';
import { randomNormal, setBackend, type Tensor, tidy } from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { compare, exportOnnx, type Job, job, pythonJob } from './measure';
import { resnet50 } from './networks/resnet50';

const SIZE = 299;
const batch = Number(process.argv.slice(2).find(argument => !argument.startsWith('--')) ?? 8);
configureOrt({ threads: 2 });

async function tfjsJob(backend: string): Promise<Job> {
  await setBackend(backend);
  const network = resnet50(SIZE);
  const images = randomNormal([batch, SIZE, SIZE, 3]);
  return job(`tfjs-layers on ${backend}`, async () => {
    await setBackend(backend);
    const features = tidy(() => network.predict(images) as Tensor);
    await features.data();
    features.dispose();
  });
}

async function exportedJob(): Promise<Job> {
  const file = exportOnnx('resnet50', batch, SIZE);
  const session = await ort.InferenceSession.create(file, {
    intraOpNumThreads: 2,
    graphOptimizationLevel: 'all',
  });
  const pixels = Float32Array.from({ length: batch * SIZE * SIZE * 3 }, () => Math.random());
  const x = new ort.Tensor('float32', pixels, [batch, 3, SIZE, SIZE]);
  return job('exported ONNX, onnxruntime-node', async () => {
    await session.run({ x });
  });
}

const jobs = [await tfjsJob('ort'), await exportedJob()];
if (process.argv.includes('--all')) {
  jobs.push(await pythonJob('PyTorch', ['resnet50', 'forward', `${batch}`, `${SIZE}`]));
  jobs.push(await tfjsJob('wasm'));
}
await compare(`ResNet50 forward, ${SIZE}, batch ${batch}`, jobs);
process.exit(0);
