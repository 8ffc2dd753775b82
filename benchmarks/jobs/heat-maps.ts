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

export interface HeatMaps {
  readonly network: string;
  /**
   * `gradcam`, `layercam` (a stage before the last one), `scorecam` (over the first `part` channels), `integrated-gradients` (of pixels, with
   * `part` steps), or `forward` for only the network.
   */
  readonly method: string;
  readonly batch: number;
  readonly size: number;
  readonly part: number;
}

/** Heat maps of this project, on the engine that runs. Weights are random, as those of the peers. */
export function heatMapJob({ network, method, batch, size, part }: HeatMaps): () => Promise<void> {
  const { build, taps } = architectures[network as ArchitectureName];
  const model = withRandomWeights(build({ inputSize: [size, size], classes: 9 }));
  const images = randomNormal([batch, size, size, 3]) as Tensor4D;
  /** Places that are not the last feature map. */
  const tapOf: Record<string, string> = {
    layercam: taps.at(-2)!.layer,
    'integrated-gradients': model.inputs[0]!.name,
  };
  const tap = tapOf[method];
  const parts = prepareModel(model, tap === undefined ? {} : { tap });

  /** @throws Error when a map is empty, because its time would be meaningless. */
  async function maps(method: Method): Promise<void> {
    for (const { emptiness } of await explain(parts, images, { method }))
      if (emptiness && emptiness !== 'negative') throw new Error(`A map is '${emptiness}'.`);
  }

  const jobs: Record<string, () => Promise<void>> = {
    gradcam: () => maps(gradCam()),
    layercam: () => maps(layerCam()),
    scorecam: () => maps(someChannels(part)),
    'integrated-gradients': () => maps(integratedGradients({ steps: part })),
    forward: async () => {
      const logits = tidy(() => model.predict(images, { batchSize: batch }) as Tensor);
      await logits.data();
      logits.dispose();
    },
  };
  const job = jobs[method];
  if (!job) throw new Error(`There is no job '${method}' here.`);
  return job;
}

/** Score-CAM over some of the channels. Each channel costs a pass of the network, so the cost for all channels follows. */
const someChannels = (part: number): Method => ({
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
});
