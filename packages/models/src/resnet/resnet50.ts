import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Backbone, WeightsOrigin } from '../backbone';
import { caffePreprocessing } from '../preprocessing';
import { type Checkpoint, loadCheckpoint } from '../weights/checkpoint';
import { kerasName } from './checkpoint';
import { resNet, resNetTaps } from './network';
import { resNetVariants } from './variants';

export interface ResNet50Options {
  /** Side of the square input in pixels. Default 224, which it was trained on; 32 or more. */
  readonly size?: number;
}

/**
 * The ResNet50 of Keras without its classifier, frozen.
 *
 * @param checkpoint Names and layouts as Keras has them, with or without `fc1000`.
 * @throws WeightsMismatchError when the checkpoint is of another network.
 */
export function resnet50Keras(
  checkpoint: Checkpoint,
  origin: WeightsOrigin,
  options: ResNet50Options = {},
): Backbone {
  const { size = 224 } = options;
  const config = resNetVariants.resnet50Keras;
  const model = resNet(config, { inputSize: [size, size] });
  load(model, checkpoint);
  model.trainable = false;
  return {
    name: 'resnet50',
    model,
    channels: 2048,
    preprocessing: caffePreprocessing([size, size]),
    taps: resNetTaps(config),
    weights: origin,
    dispose: () => {
      model.dispose();
    },
  };
}

/** The same network with its classifier of ImageNet's 1,000 classes: images to logits `[N, 1000]`. */
export function resnet50KerasClassifier(
  checkpoint: Checkpoint,
  options: ResNet50Options = {},
): LayersModel {
  const { size = 224 } = options;
  const model = resNet(resNetVariants.resnet50Keras, { inputSize: [size, size], classes: 1000 });
  load(model, checkpoint);
  return model;
}

function load(model: LayersModel, checkpoint: Checkpoint): void {
  const hasClassifier = model.layers.some(layer => layer.name === 'fc');
  try {
    loadCheckpoint(
      model,
      checkpoint,
      kerasName,
      name => !hasClassifier && name.startsWith('fc1000/'),
    );
  } catch (error) {
    model.dispose();
    throw error;
  }
}
