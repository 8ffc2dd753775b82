export { ElementTypeError, FormatError, type ReadOptions } from './error';
export { fromBfloat16, fromHalf, toHalf } from './float16';
export { escapeMarkup } from './markup';
export type { NpyStoredType, NpyType, NpyValues } from './npy/element-type';
export { NpyError } from './npy/error';
export {
  decodeNpy,
  decodeNpyHeader,
  type NpyArray,
  type NpyHeaderOptions,
  type NpyLayout,
} from './npy/reader';
export { encodeNpy, npyHeader } from './npy/writer';
export {
  type Dimension,
  type EncodedModel,
  encodeOnnx,
  type OnnxFacts,
  OnnxGraph,
  type OnnxPlace,
} from './onnx/encoder';
export {
  type Attribute,
  type Attributes,
  type Body,
  type ElementType,
  elementTypes,
  microsoftDomain,
  OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx/model';
export { Message } from './protobuf/message';
export { PickleGlobalError, PytorchError } from './pytorch/error';
export { isPytorch, openPytorch, type PytorchTensor } from './pytorch/reader';
export type { RangedFile } from './ranged-file';
export { checkFloat, type SafetensorsType, toFloat32 } from './safetensors/element-type';
export { SafetensorsError } from './safetensors/error';
export {
  decodeSafetensorsHeader,
  type SafetensorsEntry,
  type SafetensorsHeader,
  safetensorsHeaderLength,
} from './safetensors/header';
export {
  decodeSafetensors,
  type ReadRange,
  readSafetensorsHeader,
  type SafetensorsTensor,
} from './safetensors/reader';
export {
  encodeSafetensors,
  encodeSafetensorsHeader,
  type SafetensorsSpec,
  type SafetensorsValues,
} from './safetensors/writer';
export { elementCount } from './shape';
export { ZipError } from './zip/error';
export { openZip, type ZipArchive } from './zip/reader';
export { type ZippedFile, zipChunks } from './zip/writer';
