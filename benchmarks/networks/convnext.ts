import { type ConvNextConfig, convNext } from '@shroom/models';
import { randomNormal } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/**
 * A ConvNeXt with random weights: what it computes does not matter for how long it takes.
 *
 * @param classes Outputs of a layer norm and a dense layer at the end; without it the network ends with the feature map.
 */
export function convNextOf(config: ConvNextConfig, size: number, classes?: number): LayersModel {
  const network = convNext(config, { inputSize: [size, size], ...(classes && { classes }) });
  const weights = network.getWeights().map(({ shape }) => randomNormal(shape, 0, 0.05));
  network.setWeights(weights);
  for (const weight of weights) weight.dispose();
  return network;
}
