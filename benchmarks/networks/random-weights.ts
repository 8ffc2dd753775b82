import { randomNormal, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** Sets random weights. Zeros could be optimized away; random weights take as long as any others. */
export function withRandomWeights(model: LayersModel): LayersModel {
  for (const weight of model.weights)
    if (weight.originalName.endsWith('kernel'))
      tidy(() => {
        weight.write(randomNormal(weight.shape as number[], 0, 0.02));
      });
  return model;
}
