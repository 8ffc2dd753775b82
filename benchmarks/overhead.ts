/**
 * Measures the time that the engine adds to ONNX Runtime's own work: tracing a program and finding its compiled model, and
 * compiling it for the first time.
 *
 *     tsx overhead.ts
 */
import '@shroom/backend-ort';
import { configureOrt, ortBackend } from '@shroom/backend-ort';
import {
  losses,
  oneHot,
  randomNormal,
  type Scalar,
  setBackend,
  type Tensor,
  tensor1d,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import { resnet50 } from './networks/resnet50';
import { median } from './runner/median';

const imageSize = 299;
const rounds = 7;
configureOrt({ threads: 2 });
await setBackend('ort');

async function measure(name: string, work: () => Tensor): Promise<void> {
  const { milliseconds } = ortBackend()!.statistics;
  let compilation = 0;
  const overheads: number[] = [];
  for (let round = -4; round < rounds; round++) {
    const before = { ...milliseconds };
    const start = performance.now();
    const result = work();
    await result.data();
    const total = performance.now() - start;
    result.dispose();
    const compiling = milliseconds.compilation - before.compilation;
    if (round === -4) compilation = compiling;
    if (round < 0 || compiling > 0) continue;
    overheads.push(total - (milliseconds.running - before.running));
  }
  console.log(
    `${name.padEnd(28)} tracing and lookup ${median(overheads).toFixed(1)} ms, first compilation ${compilation.toFixed(0)} ms`,
  );
}

const images = randomNormal([1, imageSize, imageSize, 3]);
const features = resnet50(imageSize);
await measure('ResNet50 forward', () => tidy(() => features.predict(images) as Tensor));

const classifier = resnet50(imageSize, 9);
const labels = oneHot(tensor1d([3], 'int32'), 9);
const optimizer = train.adam(1e-4);
await measure(
  'ResNet50 training step',
  () =>
    optimizer.minimize(
      () =>
        losses.softmaxCrossEntropy(
          labels,
          classifier.apply(images, { training: true }) as Tensor,
        ) as Scalar,
      true,
    )!,
);
process.exit(0);
