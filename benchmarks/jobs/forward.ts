import { randomNormal, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { networkOf } from '../networks/network';

/** The forward pass of a frozen network on the engine that runs. */
export function forwardJob(name: string, batch: number, size: number): () => Promise<void> {
  const isHeadless = name === 'resnet50' || name.startsWith('vit_');
  const model = networkOf(name, size, isHeadless ? undefined : 9);
  const images = randomNormal([batch, size, size, 3]);
  return async () => {
    const result = tidy(() => model.predict(images, { batchSize: batch }) as Tensor);
    await result.data();
    result.dispose();
  };
}
