import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';

/** The classifier head 2048-1024-512-9: twice linear, batch norm, ReLU and dropout; then linear. */
export function head(): LayersModel {
  const network = sequential();
  network.add(layers.dense({ units: 1024, inputShape: [2048] }));
  network.add(layers.batchNormalization({ epsilon: 1e-5 }));
  network.add(layers.activation({ activation: 'relu' }));
  network.add(layers.dropout({ rate: 0.3 }));
  network.add(layers.dense({ units: 512 }));
  network.add(layers.batchNormalization({ epsilon: 1e-5 }));
  network.add(layers.activation({ activation: 'relu' }));
  network.add(layers.dropout({ rate: 0.2 }));
  network.add(layers.dense({ units: 9 }));
  return network;
}
