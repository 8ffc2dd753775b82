export {
  ElementTypeError,
  PickleGlobalError,
  PytorchError,
  SafetensorsError,
  toHalf,
} from '@shroom/formats';
export { alexNet, alexNetTaps } from './alexnet/network';
export type { Architecture, TokenLayout } from './architecture';
export {
  type Backbone,
  type BackboneOptions,
  createBackbone,
  type PretrainedWeights,
  type WeightsOrigin,
} from './backbone';
export { type ConvNextOptions, convNext, convNextTaps } from './convnext/network';
export { type ConvNextConfig, convNextVariants } from './convnext/variants';
export { type CutBackbone, type CutOptions, cutAt, type TrainedPart } from './cut';
export { efficientNetLite, efficientNetLiteTaps } from './efficientnet-lite/network';
export {
  type EfficientNetLiteConfig,
  efficientNetLiteVariants,
} from './efficientnet-lite/variants';
export { type FoldOptions, foldBatchNorm } from './folding';
export { freezeThrough } from './freezing';
export { type GraphModelOptions, graphModelArtifacts } from './graph-model/export';
export { inceptionTaps, inceptionV3 } from './inception/network';
export { registerLayers } from './layers/registered';
export {
  TokenPooling,
  type TokenPoolingConfig,
  type TokenPoolingMode,
} from './layers/token-pooling';
export { mobileNetV2, mobileNetV2Taps } from './mobilenet-v2/network';
export type { NetworkOptions } from './network';
export { exportOnnx, type OnnxOptions } from './onnx/export';
export type { ExternalData } from './onnx/external-data';
export type { WeightPrecision } from './onnx/weights';
export { caffePreprocessing, imagenetPreprocessing, type Preprocessing } from './preprocessing';
export {
  bareNameOf,
  findPretrained,
  hasPretrained,
  listPretrained,
  registerPretrained,
} from './pretrained';
export type { Pretrained } from './pretrained-entry';
export { resNet, resNetTaps } from './resnet/network';
export { type ResNetConfig, resNetVariants } from './resnet/variants';
export type { Tap } from './tap';
export { vit, vitTaps } from './vit/network';
export { type ViTConfig, vitVariants } from './vit/variants';
export {
  type Checkpoint,
  type CheckpointTensor,
  checkpointOf,
  dialectOf,
  loadWeights,
  type Scratch,
  WeightsMismatchError,
} from './weights/checkpoint';
export { type Dialect, ownDialect } from './weights/dialect';
export { readPytorch } from './weights/pytorch';
export { readSafetensors, safetensorsChunks } from './weights/safetensors';
export { readTfjsWeights } from './weights/tfjs';
export { tfjsArtifacts } from './weights/tfjs-artifacts';
export {
  parseTfjsModel,
  type TfjsModelJson,
  TfjsWeightsError,
  type WeightsEntry,
} from './weights/tfjs-manifest';
export {
  type AnyArchitecture,
  type ArchitectureName,
  architectures,
  findArchitecture,
  listArchitectures,
  registerArchitecture,
} from './zoo';
