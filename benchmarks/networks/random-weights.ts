import { randomNormal, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Weights of zero would be folded away; these take as long as any. */
export function withRandomWeights(model: LayersModel): LayersModel {
  for (const weight of model.weights)
    if (weight.originalName.endsWith('kernel'))
      tidy(() => {
        weight.write(randomNormal(weight.shape as number[], 0, 0.02));
      });
  return model;
}
