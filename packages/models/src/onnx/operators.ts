import { averagingMatrix } from '../layers/adaptive-average';
import { fixedShape, normParts, type Value } from '../writing/network-writer';
import type { Call, Operator } from './call';
import { meanOfViews } from './mean-of-views';
import type { OnnxModel } from './model';
import {
  attentionMix,
  attentionWeights,
  latentAttention,
  patchTokens,
  rotaryPositions,
  tokenPooling,
} from './tokens';
import { addWeights, toOnnxLayout } from './weights';

const isMap = ({ shape }: Value) => shape.length === 4;

/** Writes the weights of a layer, and its bias if it has one. */
function parameters(call: Call, part: string): string[] {
  const { onnx, layer, path, weights, precision } = call;
  const own = weights.get(part)!;
  const turned = toOnnxLayout(`${layer.name}/${part}`, own.shape, own.values);
  const isMixing = layer.getClassName() === 'Dense' && isMap(call.inputs[0]!);
  // A dense layer on a map is a 1x1 convolution.
  const shape = isMixing ? [...turned.shape, 1, 1] : turned.shape;
  const names = [addWeights(onnx, `${path}.weight`, { ...turned, shape }, precision)];
  if (weights.has('bias')) names.push(vector(call, 'bias'));
  return names;
}

function vector({ onnx, path, weights }: Call, part: string): string {
  const { shape, values } = weights.get(part)!;
  return onnx.constant(`${path}.${part}`, 'float32', shape, values);
}

function scalar(onnx: OnnxModel, value: number): string {
  return onnx.constant(`number ${value}`, 'float32', [], Float32Array.of(value));
}

/** Attributes of a window that moves over a map. */
export function windowed({ config, padding, inputs }: Call) {
  const moves = {
    kernel_shape: config.kernelSize as number[],
    strides: config.strides as number[],
  };
  if (config.padding === 'valid') return { ...moves, pads: padding };
  const zeros = moves.kernel_shape.map((side, axis) => {
    const stride = moves.strides[axis]!;
    const length = inputs[0]!.shape[axis + 1];
    if (stride === 1) return side - 1;
    return length ? Math.max(0, (Math.ceil(length / stride) - 1) * stride + side - length) : NaN;
  });
  // At larger strides the number of zeros depends on the map's size. If that is open, ONNX Runtime finds it.
  if (zeros.some(Number.isNaN)) return { ...moves, auto_pad: 'SAME_UPPER' };
  const before = zeros.map(count => Math.floor(count / 2));
  return { ...moves, pads: [...before, ...zeros.map((count, axis) => count - before[axis]!)] };
}

/** Writes the values between 0 and a number. */
function clipped({ onnx }: Call, value: string, most: number): string {
  return onnx.add('Clip', [value, scalar(onnx, 0), scalar(onnx, most)]);
}

export function activated(call: Call, output: string, activation: unknown): string {
  if (activation === 'linear' || activation === undefined) return output;
  if (activation === 'relu') return call.onnx.add('Relu', [output]);
  if (activation === 'relu6') return clipped(call, output, 6);
  if (activation === 'sigmoid') return call.onnx.add('Sigmoid', [output]);
  // In ONNX, channels are the second axis of maps and of vectors.
  if (activation === 'softmax') return call.onnx.add('Softmax', [output], { axis: 1 });
  throw new Error(`${call.layer.name}: the activation '${activation}' cannot be written as ONNX.`);
}

const convolution: Operator = call => {
  const { onnx, config, inputs } = call;
  if ((config.dilationRate as number[]).some(rate => rate !== 1))
    throw new Error(`${call.layer.name}: dilated convolutions cannot be written as ONNX.`);
  const isDepthwise = call.weights.has('depthwise_kernel');
  const group = isDepthwise ? inputs[0]!.shape[3]! : 1;
  if (isDepthwise && config.depthMultiplier !== 1)
    throw new Error(
      `${call.layer.name}: a depthMultiplier other than 1 cannot be written as ONNX.`,
    );
  const names = parameters(call, isDepthwise ? 'depthwise_kernel' : 'kernel');
  const attributes = { ...windowed(call), group };
  const output = onnx.add('Conv', [inputs[0]!.name, ...names], attributes);
  return activated(call, output, config.activation);
};

const dense: Operator = call => {
  const [x] = call.inputs;
  const inputs = [x!.name, ...parameters(call, 'kernel')];
  if (x!.shape.length === 3) return activated(call, ofTokens(call, inputs), call.config.activation);
  const output = isMap(x!)
    ? call.onnx.add('Conv', inputs, { kernel_shape: [1, 1] })
    : call.onnx.add('Gemm', inputs, { transB: 1 });
  return activated(call, output, call.config.activation);
};

/** Each token times the weights, which are stored with their output channels first. */
function ofTokens({ onnx }: Call, [tokens, kernel, bias]: readonly string[]): string {
  const weights = onnx.add('Transpose', [kernel!], { perm: [1, 0] });
  const product = onnx.add('MatMul', [tokens!, weights]);
  return bias === undefined ? product : onnx.add('Add', [product, bias]);
}

const batchNorm: Operator = call => {
  const inputs = [call.inputs[0]!.name, ...normParts(call).map(part => vector(call, part))];
  const epsilon = { float: call.config.epsilon as number };
  return call.onnx.add('BatchNormalization', inputs, { epsilon });
};

const layerNorm: Operator = call => {
  const { onnx, config } = call;
  const [x] = call.inputs;
  const inputs = [channelsLast(call), vector(call, 'gamma'), vector(call, 'beta')];
  const attributes = { axis: x!.shape.length - 1, epsilon: { float: config.epsilon as number } };
  const norm = onnx.add('LayerNormalization', inputs, attributes);
  return isMap(x!) ? onnx.add('Transpose', [norm], { perm: [0, 3, 1, 2] }) : norm;
};

/** Writes a map with its channels last. Other values stay as they are. */
function channelsLast({ onnx, inputs: [x] }: Call): string {
  return isMap(x!) ? onnx.add('Transpose', [x!.name], { perm: [0, 2, 3, 1] }) : x!.name;
}

const layerScale: Operator = ({ onnx, path, weights, inputs }) => {
  const { shape, values } = weights.get('scale')!;
  const sides = isMap(inputs[0]!) ? [...shape, 1, 1] : shape;
  const scale = onnx.constant(`${path}.scale`, 'float32', sides, values);
  return onnx.add('Mul', [inputs[0]!.name, scale]);
};

/** Writes `x * (erf(x / sqrt(2)) + 1) / 2` in the order of operations that ONNX Runtime recognizes and fuses. */
const gelu: Operator = ({ onnx, config, inputs }) => {
  const x = inputs[0]!.name;
  if (config.quick)
    return onnx.add('Mul', [x, onnx.add('Sigmoid', [onnx.add('Mul', [x, scalar(onnx, 1.702)])])]);
  const share = onnx.add('Erf', [onnx.add('Div', [x, scalar(onnx, Math.SQRT2)])]);
  const twice = onnx.add('Mul', [x, onnx.add('Add', [share, scalar(onnx, 1)])]);
  return onnx.add('Mul', [twice, scalar(onnx, 0.5)]);
};

const flatten: Operator = call => call.onnx.add('Flatten', [channelsLast(call)], { axis: 1 });

const permute: Operator = ({ onnx, layer, config, inputs }) => {
  if (!isMap(inputs[0]!)) throw new Error(`${layer.name}: only maps can be permuted in ONNX.`);
  // For each axis of an ONNX map its axis in TensorFlow.js, and the reverse.
  const ours = [0, 3, 1, 2];
  const places = [0, 2, 3, 1];
  const axes = [0, ...(config.dims as number[])];
  return onnx.add('Transpose', [inputs[0]!.name], { perm: ours.map(axis => places[axes[axis]!]!) });
};

/** Writes the averages as a product with one matrix from the left and one from the right. */
const adaptiveAverage: Operator = call => {
  const { onnx, path, config, inputs } = call;
  const size = config.size as number;
  const [, height, width] = fixedShape(call, 'ONNX') as [null, number, number];
  if (height === size && width === size) return inputs[0]!.name;
  const rows = averagingMatrix(size, height);
  const columns = averagingMatrix(size, width);
  const turned = Float32Array.from(
    columns,
    (_, k) => columns[(k % size) * width + Math.floor(k / size)]!,
  );
  const left = onnx.constant(`${path}.rows`, 'float32', [size, height], rows);
  const right = onnx.constant(`${path}.columns`, 'float32', [width, size], turned);
  return onnx.add('MatMul', [onnx.add('MatMul', [left, inputs[0]!.name]), right]);
};

/** Channels are the last axis in TensorFlow.js and the second axis in ONNX. */
const concatenate: Operator = ({ onnx, layer, config, inputs }) => {
  if (config.axis !== -1 && config.axis !== inputs[0]!.shape.length - 1)
    throw new Error(`${layer.name}: only channels can be concatenated, axis is ${config.axis}.`);
  return onnx.add(
    'Concat',
    inputs.map(({ name }) => name),
    { axis: 1 },
  );
};

function merged({ onnx, inputs }: Call, type: string): string {
  return inputs.map(({ name }) => name).reduce((all, name) => onnx.add(type, [all, name]));
}

/** ONNX Runtime moves zeros from before a pooling into its `pads`, where they would not count, so there are no `pads`. */
function pooled(call: Call, type: string): string {
  const { onnx, config, inputs } = call;
  const kernelSize = config.poolSize as number[];
  const strides = config.strides as number[];
  // Where windows leave gaps, ONNX Runtime would count zeros below 0 and fail.
  const isSparse = strides.some((stride, axis) => stride > kernelSize[axis]!);
  const attributes =
    config.padding === 'same' && isSparse
      ? windowed({ ...call, config: { ...config, kernelSize } })
      : {
          kernel_shape: kernelSize,
          strides,
          auto_pad: config.padding === 'same' ? 'SAME_UPPER' : 'VALID',
        };
  return onnx.add(type, [inputs[0]!.name], attributes);
}

function globallyPooled({ onnx, inputs }: Call, type: string): string {
  return onnx.add('Flatten', [onnx.add(type, [inputs[0]!.name])], { axis: 1 });
}

const rescaling: Operator = ({ onnx, config, inputs }) => {
  const { scale, offset } = config as { readonly scale: number; readonly offset: number };
  const scaled = onnx.add('Mul', [inputs[0]!.name, scalar(onnx, scale)]);
  return offset === 0 ? scaled : onnx.add('Add', [scaled, scalar(onnx, offset)]);
};

const relu: Operator = call => {
  const { maxValue } = call.config as { readonly maxValue?: number | null };
  const { name } = call.inputs[0]!;
  return maxValue == null ? activated(call, name, 'relu') : clipped(call, name, maxValue);
};

const unchanged: Operator = ({ inputs }) => inputs[0]!.name;

/** Operators for the layers that can be written, by class name. No function is called here, so that bundlers can leave the table out. */
export const operators: Readonly<Record<string, Operator>> = {
  Conv2D: convolution,
  DepthwiseConv2D: convolution,
  Dense: dense,
  BatchNormalization: batchNorm,
  ShroomBatchNorm: batchNorm,
  ShroomLayerNorm: layerNorm,
  ShroomLayerScale: layerScale,
  ShroomGelu: gelu,
  ShroomAdaptiveAverage: adaptiveAverage,
  ShroomPatchTokens: patchTokens,
  ShroomAttentionWeights: attentionWeights,
  ShroomAttentionMix: attentionMix,
  ShroomLatentAttention: latentAttention,
  ShroomRotaryPositions: rotaryPositions,
  ShroomTokenPooling: tokenPooling,
  ShroomStochasticDepth: unchanged,
  // Rare and long, so it is loaded when a network has it.
  CovariancePooling: async call => (await import('./covariance-pooling')).covariancePooling(call),
  MeanOfViews: meanOfViews,
  Rescaling: rescaling,
  Dropout: unchanged,
  Activation: call => activated(call, call.inputs[0]!.name, call.config.activation),
  ReLU: relu,
  MaxPooling2D: call => pooled(call, 'MaxPool'),
  AveragePooling2D: call => pooled(call, 'AveragePool'),
  GlobalAveragePooling2D: call => globallyPooled(call, 'GlobalAveragePool'),
  GlobalMaxPooling2D: call => globallyPooled(call, 'GlobalMaxPool'),
  Flatten: flatten,
  Permute: permute,
  Add: call => merged(call, 'Add'),
  Multiply: call => merged(call, 'Mul'),
  Concatenate: concatenate,
};
