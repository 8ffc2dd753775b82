import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';

type Shape = readonly number[];

/** What a network costs for one image, by its layers. */
export interface NetworkCost {
  readonly layers: number;
  /** Billions of floating-point operations of convolutions and linear layers; a multiplication and an addition are two. */
  readonly gflop: number;
  /** MB of weights. */
  readonly weights: number;
  /** MB read and written when every layer reads its inputs and writes its output. */
  readonly traffic: number;
  /** The same when only convolutions and linear layers touch memory, all else being fused into them. */
  readonly leastTraffic: number;
}

/**
 * Counts arithmetic and memory traffic of a network at the size that it was built for, float32. Weights are not in the
 * traffic: a batch reads them once.
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

/** Of a layer's products; what others compute is nothing beside it. */
function arithmetic(layer: layers.Layer, output: Shape, weights: Shape = []): number {
  const name = layer.getClassName();
  if (name === 'Conv2D') return 2 * volume(output) * volume(weights.slice(0, 3));
  if (name === 'DepthwiseConv2D') return 2 * volume(output) * volume(weights.slice(0, 2));
  // Also over the places of a feature map.
  if (name === 'Dense') return 2 * volume(output) * weights[0]!;
  return 0;
}

/** Without the axis of the batch. */
function shapesOf(tensors: SymbolicTensor | SymbolicTensor[]): Shape[] {
  const list = Array.isArray(tensors) ? tensors : [tensors];
  return list.map(({ shape }) => shape.slice(1).map(Number));
}

const volume = (shape: Shape): number => shape.reduce((product, side) => product * side, 1);
const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const rounded = (value: number): number => Number(value.toPrecision(4));
