import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';

type Shape = readonly number[];

/** The cost of a network for one image, counted from its layers. */
export interface NetworkCost {
  readonly layers: number;
  /** Billions of floating-point operations of convolutions and linear layers; a multiplication and an addition are two. */
  readonly gflop: number;
  /** MB of weights. */
  readonly weights: number;
  /** MB read and written if every layer reads its inputs and writes its output. */
  readonly traffic: number;
  /**
   * MB read and written if only convolutions and linear layers access memory, because all other layers are fused into them.
   */
  readonly leastTraffic: number;
}

/**
 * Counts the arithmetic and memory traffic of a network in float32, at the size that it was built for. The traffic does not
 * include the weights, because they are read once per batch.
 */
export function costOf(model: LayersModel): NetworkCost {
  let [flop, traffic, least] = [0, 0, 0];
  for (const layer of model.layers) {
    const inputs = shapesOf(layer.input);
    const [output = []] = shapesOf(layer.output);
    const [weights] = layer.getWeights().map(({ shape }) => shape);
    const moved = 4 * (sum(inputs.map(volume)) + volume(output));
    const operations = arithmetic(layer, output, weights);
    flop += operations;
    if (!movesNothing.has(layer.getClassName())) traffic += moved;
    if (operations > 0) least += moved;
  }
  const weights = sum(model.getWeights().map(({ shape }) => volume(shape)));
  return {
    layers: model.layers.length,
    gflop: rounded(flop / 1e9),
    weights: rounded((4 * weights) / 1e6),
    traffic: rounded(traffic / 1e6),
    leastTraffic: rounded(least / 1e6),
  };
}

const movesNothing = new Set(['InputLayer', 'Reshape', 'Flatten', 'Dropout']);

/** The operations of a layer's products. Those of other layers are negligible. */
function arithmetic(layer: layers.Layer, output: Shape, weights: Shape = []): number {
  const name = layer.getClassName();
  if (name === 'Conv2D') return 2 * volume(output) * volume(weights.slice(0, 3));
  if (name === 'DepthwiseConv2D') return 2 * volume(output) * volume(weights.slice(0, 2));
  // Includes the positions of a feature map.
  if (name === 'Dense') return 2 * volume(output) * weights[0]!;
  return 0;
}

/** The shapes without the batch axis. */
function shapesOf(tensors: SymbolicTensor | SymbolicTensor[]): Shape[] {
  const list = Array.isArray(tensors) ? tensors : [tensors];
  return list.map(({ shape }) => shape.slice(1).map(Number));
}

const volume = (shape: Shape): number => shape.reduce((product, side) => product * side, 1);
const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const rounded = (value: number): number => Number(value.toPrecision(4));
