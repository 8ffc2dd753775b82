/**
 * A frozen network's forward pass at 299: this backend, the exported ONNX model run directly, PyTorch, tfjs wasm.
 *
 *     tsx forward.ts [resnet50 | convnext_tiny | convnext_base] [batch] [--all]
 */
import '@shroom/backend-ort';
import '@tensorflow/tfjs-backend-wasm';
import { configureOrt } from '@shroom/backend-ort';
import { convNextVariants } from '@shroom/models';
import { randomNormal, setBackend, type Tensor, tidy } from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { compare, exportOnnx, type Job, job, pythonJob } from './measure';
import { convNextOf } from './networks/convnext';
import { resnet50 } from './networks/resnet50';

const SIZE = 299;
const networks = {
  resnet50: () => resnet50(SIZE),
  convnext_tiny: () => convNextOf(convNextVariants.convnext_tiny, SIZE, 9),
  convnext_base: () => convNextOf(convNextVariants.convnext_base, SIZE, 9),
};
const [name = 'resnet50', batchText] = process.argv.slice(2).filter(each => !each.startsWith('--'));
const network = name as keyof typeof networks;
const batch = Number(batchText ?? (network === 'resnet50' ? 8 : 4));
configureOrt({ threads: 2 });

async function tfjsJob(backend: string): Promise<Job> {
  await setBackend(backend);
  const model = networks[network]();
  const images = randomNormal([batch, SIZE, SIZE, 3]);
  return job(`tfjs-layers on ${backend}`, async () => {
    await setBackend(backend);
    const features = tidy(() => model.predict(images, { batchSize: batch }) as Tensor);
    await features.data();
    features.dispose();
  });
}

async function exportedJob(): Promise<Job> {
  const file = exportOnnx(network, batch, SIZE);
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
  jobs.push(await pythonJob('PyTorch', [network, 'forward', `${batch}`, `${SIZE}`]));
  jobs.push(await tfjsJob('wasm'));
}
await compare(`${network} forward, ${SIZE}, batch ${batch}`, jobs);
process.exit(0);
