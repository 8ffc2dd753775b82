/**
 * Computes heat maps: `heat-maps.ts NETWORK METHOD BATCH SIZE [PART]`. METHOD is gradcam, layercam (a stage before the last one), scorecam
 * (over the first PART channels), integrated-gradients (of pixels, with PART steps), or forward for only the network. Weights are random,
 * as those of the peer.
 */
import {
  explain,
  gradCam,
  integratedGradients,
  layerCam,
  type Method,
  prepareModel,
  scoreCam,
} from '@shroom/gradcam';
import { type ArchitectureName, architectures } from '@shroom/models';
import { randomNormal, slice, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { withRandomWeights } from '../networks/random-weights';
import { startEngine } from './engine';
import { serve } from './serve';

const [name, method] = process.argv.slice(2) as [ArchitectureName, string];
const [batch = 1, size = 299, part = 0] = process.argv.slice(4).map(Number);
await startEngine('ort');
const { build, taps } = architectures[name];
const network = build({ inputSize: [size, size], classes: 9 });
const model = withRandomWeights(network);
const images = randomNormal([batch, size, size, 3]) as Tensor4D;
/** Places that are not the last feature map. */
const tapOf: Record<string, string> = {
  layercam: taps.at(-2)!.layer,
  'integrated-gradients': model.inputs[0]!.name,
};
const tap = tapOf[method];
const parts = prepareModel(model, tap === undefined ? {} : { tap });

/** Score-CAM over some of the channels. Each channel costs a pass of the network, so the cost for all channels follows. */
const someChannels: Method = {
  needsGradient: false,
  map: async evidence => {
    const all = evidence.features;
    const features = tidy(() => slice(all, [0, 0, 0, 0], [-1, -1, -1, part]) as Tensor4D);
    try {
      return await scoreCam().map({ ...evidence, features });
    } finally {
      features.dispose();
    }
  },
};

/** @throws Error when a map is empty, because its time would be meaningless. */
async function maps(method: Method): Promise<void> {
  for (const { emptiness } of await explain(parts, images, { method }))
    if (emptiness && emptiness !== 'negative') throw new Error(`A map is '${emptiness}'.`);
}

const jobs: Record<string, () => Promise<unknown>> = {
  gradcam: () => maps(gradCam()),
  layercam: () => maps(layerCam()),
  scorecam: () => maps(someChannels),
  'integrated-gradients': () => maps(integratedGradients({ steps: part })),
  forward: async () => {
    const logits = tidy(() => model.predict(images, { batchSize: batch }) as Tensor);
    await logits.data();
    logits.dispose();
  },
};
const job = jobs[method];
if (!job) throw new Error(`There is no job '${method}' here.`);
await serve(async () => {
  await job();
  return undefined;
});
