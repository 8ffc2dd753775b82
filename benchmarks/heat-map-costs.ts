/**
 * Compares the cost of heat maps of a ResNet50 at 299 pixels with a forward pass of the same images, alternating in one
 * process. Weights are random.
 *
 *     npx tsx benchmarks/heat-map-costs.ts [batch, default 4]
 */
import '@shroom/backend-ort';
import { configureOrt } from '@shroom/backend-ort';
import { explain, gradCam, layerCam, prepareModel, reciproCam } from '@shroom/gradcam';
import { architectures } from '@shroom/models';
import { randomNormal, setBackend, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { withRandomWeights } from './networks/random-weights';
import { median } from './runner/median';

const imageSize = 299;
const [warmup, rounds] = [4, 7];
const batch = Number(process.argv[2] ?? 4);
configureOrt({ threads: 2 });
await setBackend('ort');

const { build, taps } = architectures.resnet50;
const model = withRandomWeights(build({ inputSize: [imageSize, imageSize], classes: 9 }));
const images = randomNormal([batch, imageSize, imageSize, 3]) as Tensor4D;
const parts = prepareModel(model);
const earlier = prepareModel(model, { tap: taps.at(-2)!.layer });

const jobs: Readonly<Record<string, () => Promise<unknown>>> = {
  'forward pass': async () => {
    const logits = tidy(() => model.predict(images, { batchSize: batch }) as Tensor);
    await logits.data();
    logits.dispose();
  },
  'Grad-CAM': () => explain(parts, images, { method: gradCam() }),
  'Recipro-CAM': () => explain(parts, images, { method: reciproCam(), batch: 256 }),
  'LayerCAM a stage earlier': () => explain(earlier, images, { method: layerCam() }),
};
const times = Object.values(jobs).map((): number[] => []);
for (let round = -warmup; round < rounds; round++) {
  for (const [i, run] of Object.values(jobs).entries()) {
    const start = performance.now();
    await run();
    if (round >= 0) times[i]!.push(performance.now() - start);
  }
}
const forward = median(times[0]!);
for (const [i, name] of Object.keys(jobs).entries()) {
  const of = `${(median(times[i]!) / forward).toFixed(2)} of a forward pass`;
  const spread = `${Math.min(...times[i]!).toFixed(0)} to ${Math.max(...times[i]!).toFixed(0)}`;
  console.log(`${name.padEnd(26)} ${median(times[i]!).toFixed(0)} ms (${spread}), ${of}`);
}
process.exit(0);
