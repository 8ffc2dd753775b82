import { averagingMatrix } from '../layers/adaptive-average';
import { fixedShape, normParts, type Value } from '../writing/network-writer';
import type { GraphCall, GraphOperator } from './call';
import { covariancePooling } from './covariance-pooling';
import { meanOfViews } from './mean-of-views';
import { flag, integers, text } from './model';
import {
  attentionMix,
  attentionWeights,
  latentAttention,
  ofTokens,
  patchTokens,
  rotaryPositions,
  tokenPooling,
} from './tokens';

const isMap = ({ shape }: Value) => shape.length === 4;

function weight({ graph, path, weights }: GraphCall, part: string): string {
  const { shape, values } = weights.get(part)!;
  return graph.floats(`${path}/${part}`, shape, values);
}

function activated({ graph, layer }: GraphCall, output: string, activation: unknown): string {
  if (activation === 'linear' || activation === undefined) return output;
  const op = { relu: 'Relu', relu6: 'Relu6', sigmoid: 'Sigmoid', softmax: 'Softmax' }[
    String(activation)
  ];
  if (op) return graph.add(op, [output]);
  throw new Error(`${layer.name}: the activation '${activation}' cannot be written as a graph.`);
}

/** Adds the bias, if there is one, and applies the activation. */
function finished(call: GraphCall, output: string): string {
  const { graph, weights, config } = call;
  const sum = weights.has('bias') ? graph.add('BiasAdd', [output, weight(call, 'bias')]) : output;
  return activated(call, sum, config.activation);
}

const square = ([rows, columns]: readonly number[]) => integers([1, rows!, columns!, 1]);

/** Attributes of a window that moves over a map. */
function windowed({ config, padding }: GraphCall) {
  const [top, left, bottom, right] = padding;
  const isPadded = padding.some(side => side > 0);
  const sides = [0, 0, top, bottom, left, right, 0, 0];
  return {
    strides: square(config.strides as number[]),
    data_format: text('NHWC'),
    padding: text(isPadded ? 'EXPLICIT' : String(config.padding).toUpperCase()),
    ...(isPadded && { explicit_paddings: integers(sides) }),
  };
}

const convolution: GraphOperator = call => {
  const { graph, config, inputs, weights } = call;
  const isDepthwise = weights.has('depthwise_kernel');
  const kernel = weight(call, isDepthwise ? 'depthwise_kernel' : 'kernel');
  const attributes = { ...windowed(call), dilations: square(config.dilationRate as number[]) };
  const op = isDepthwise ? 'DepthwiseConv2dNative' : 'Conv2D';
  return finished(call, graph.add(op, [inputs[0]!.name, kernel], attributes));
};

const dense: GraphOperator = call => {
  const { graph, path, weights, inputs } = call;
  const [x] = inputs;
  if (x!.shape.length === 3) return finished(call, ofTokens(call));
  if (!isMap(x!)) return finished(call, graph.add('MatMul', [x!.name, weight(call, 'kernel')]));
  // A dense layer on a map is a 1x1 convolution.
  const { shape, values } = weights.get('kernel')!;
  const kernel = graph.floats(`${path}/kernel`, [1, 1, ...shape], values);
  const one = square([1, 1]);
  const attributes = { strides: one, dilations: one, padding: text('VALID') };
  return finished(call, graph.add('Conv2D', [x!.name, kernel], attributes));
};

/** Writes a batch norm as one factor and one offset for each channel. */
const batchNorm: GraphOperator = call => {
  const { graph, path, config, weights, inputs } = call;
  const [gamma, beta, mean, variance] = normParts(call).map(part => weights.get(part)!.values) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const factors = gamma.map((value, k) => value / Math.sqrt(variance[k]! + Number(config.epsilon)));
  const offsets = beta.map((value, k) => value - mean[k]! * factors[k]!);
  const vector = (name: string, values: Float32Array) =>
    graph.floats(`${path}/${name}`, [values.length], values);
  const scaled = graph.add('Mul', [inputs[0]!.name, vector('factor', factors)]);
  return graph.add('AddV2', [scaled, vector('offset', offsets)]);
};

const layerNorm: GraphOperator = call => {
  const { graph, config, inputs } = call;
  const x = inputs[0]!.name;
  const mean = (name: string) =>
    graph.add('Mean', [name, graph.integers([-1])], { keep_dims: flag(true) });
  const centered = graph.add('Sub', [x, mean(x)]);
  const variance = mean(graph.add('Square', [centered]));
  const epsilon = graph.number(Number(config.epsilon));
  const deviation = graph.add('Rsqrt', [graph.add('AddV2', [variance, epsilon])]);
  const normal = graph.add('Mul', [centered, deviation]);
  return graph.add('AddV2', [
    graph.add('Mul', [normal, weight(call, 'gamma')]),
    weight(call, 'beta'),
  ]);
};

/** Writes `x * (erf(x / sqrt(2)) + 1) / 2`. */
const gelu: GraphOperator = ({ graph, config, inputs }) => {
  const x = inputs[0]!.name;
  if (config.quick) {
    const share = graph.add('Sigmoid', [graph.add('Mul', [x, graph.number(1.702)])]);
    return graph.add('Mul', [x, share]);
  }
  const scaled = graph.add('Mul', [x, graph.number(Math.SQRT1_2)]);
  const share = graph.add('AddV2', [graph.add('Erf', [scaled]), graph.number(1)]);
  return graph.add('Mul', [graph.add('Mul', [x, share]), graph.number(0.5)]);
};

const flatten: GraphOperator = ({ graph, inputs }) => {
  const [x] = inputs;
  const size = x!.shape.slice(1).reduce<number>((product, side) => product * side!, 1);
  return graph.add('Reshape', [x!.name, graph.integers([-1, size])]);
};

const permute: GraphOperator = ({ graph, config, inputs }) =>
  graph.add('Transpose', [inputs[0]!.name, graph.integers([0, ...(config.dims as number[])])]);

/** Writes the averages as products of each channel with one matrix from the left and one from the right. */
const adaptiveAverage: GraphOperator = call => {
  const { graph, path, config, inputs } = call;
  const size = config.size as number;
  const [, height, width] = fixedShape(call, 'a graph') as [null, number, number];
  if (height === size && width === size) return inputs[0]!.name;
  const matrix = (name: string, length: number) =>
    graph.floats(`${path}/${name}`, [1, 1, size, length], averagingMatrix(size, length));
  const turned = (name: string, axes: readonly number[]) =>
    graph.add('Transpose', [name, graph.integers(axes)]);
  const channelsFirst = turned(inputs[0]!.name, [0, 3, 1, 2]);
  const rows = graph.add('BatchMatMulV2', [matrix('rows', height), channelsFirst]);
  const columns = [rows, matrix('columns', width)];
  const both = graph.add('BatchMatMulV2', columns, { adj_y: flag(true) });
  return turned(both, [0, 2, 3, 1]);
};

const concatenate: GraphOperator = ({ graph, config, inputs }) => {
  const names = inputs.map(({ name }) => name);
  const axis = graph.integers([config.axis as number], []);
  return graph.add('ConcatV2', [...names, axis], { N: { i: String(names.length) } });
};

const rescaling: GraphOperator = ({ graph, config, inputs }) => {
  const { scale, offset } = config as { readonly scale: number; readonly offset: number };
  const scaled = graph.add('Mul', [inputs[0]!.name, graph.number(scale)]);
  return offset === 0 ? scaled : graph.add('AddV2', [scaled, graph.number(offset)]);
};

function merged({ graph, inputs }: GraphCall, op: string): string {
  return inputs.map(({ name }) => name).reduce((all, name) => graph.add(op, [all, name]));
}

function pooled(call: GraphCall, op: string): string {
  const ksize = square(call.config.poolSize as number[]);
  return call.graph.add(op, [call.inputs[0]!.name], { ...windowed(call), ksize });
}

function globallyPooled({ graph, inputs }: GraphCall, op: string): string {
  return graph.add(op, [inputs[0]!.name, graph.integers([1, 2])], { keep_dims: flag(false) });
}

const relu: GraphOperator = call => {
  const { maxValue } = call.config as { readonly maxValue?: number | null };
  const output = activated(call, call.inputs[0]!.name, 'relu');
  if (maxValue == null) return output;
  return call.graph.add('Minimum', [output, call.graph.number(maxValue)]);
};

const unchanged: GraphOperator = ({ inputs }) => inputs[0]!.name;

/** Operators for the layers that can be written, by class name. No function is called here, so that bundlers can leave the table out. */
export const operators: Readonly<Record<string, GraphOperator>> = {
  Conv2D: convolution,
  DepthwiseConv2D: convolution,
  Dense: dense,
  BatchNormalization: batchNorm,
  ShroomBatchNorm: batchNorm,
  ShroomLayerNorm: layerNorm,
  ShroomLayerScale: call => call.graph.add('Mul', [call.inputs[0]!.name, weight(call, 'scale')]),
  ShroomGelu: gelu,
  ShroomAdaptiveAverage: adaptiveAverage,
  ShroomPatchTokens: patchTokens,
  ShroomAttentionWeights: attentionWeights,
  ShroomAttentionMix: attentionMix,
  ShroomLatentAttention: latentAttention,
  ShroomRotaryPositions: rotaryPositions,
  ShroomTokenPooling: tokenPooling,
  ShroomStochasticDepth: unchanged,
  CovariancePooling: covariancePooling,
  MeanOfViews: meanOfViews,
  Rescaling: rescaling,
  Dropout: unchanged,
  Activation: call => activated(call, call.inputs[0]!.name, call.config.activation),
  ReLU: relu,
  MaxPooling2D: call => pooled(call, 'MaxPool'),
  AveragePooling2D: call => pooled(call, 'AvgPool'),
  GlobalAveragePooling2D: call => globallyPooled(call, 'Mean'),
  GlobalMaxPooling2D: call => globallyPooled(call, 'Max'),
  Flatten: flatten,
  Permute: permute,
  Add: call => merged(call, 'AddV2'),
  Multiply: call => merged(call, 'Mul'),
  Concatenate: concatenate,
};
