export type { Backbone, Tap, WeightsOrigin } from './backbone';
export { caffePreprocessing, type Preprocessing } from './preprocessing';
export { type NetworkOptions, resNet, resNetTaps } from './resnet/network';
export { type ResNet50Options, resnet50Keras, resnet50KerasClassifier } from './resnet/resnet50';
export { type ResNetConfig, resNetVariants } from './resnet/variants';
export {
  type Checkpoint,
  type CheckpointTensor,
  loadCheckpoint,
  WeightsMismatchError,
} from './weights/checkpoint';
export { readTfjsWeights, type TfjsModelJson } from './weights/tfjs';
