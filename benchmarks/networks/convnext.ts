import { type ConvNextConfig, convNext } from '@shroom/models';
import { randomNormal } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/**
 * A ConvNeXt with random weights, because the time does not depend on the weights.
 *
 * @param classes Number of outputs of a layer norm and a dense layer at the end. Without it, the network ends with the
 *   feature map.
 */
export function convNextOf(config: ConvNextConfig, size: number, classes?: number): LayersModel {
  const network = convNext(config, { inputSize: [size, size], ...(classes && { classes }) });
  const weights = network.getWeights().map(({ shape }) => randomNormal(shape, 0, 0.05));
  network.setWeights(weights);
  for (const weight of weights) weight.dispose();
  return network;
}
