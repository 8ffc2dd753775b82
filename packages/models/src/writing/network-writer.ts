import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { callsBefore, isModel, type LayerCall } from '../graph';
import { parseWeightName } from '../weights/dialect';
import { qualified } from '../weights/names';

/** A value of the network, with its name in the file. `shape` is TensorFlow.js's: feature maps are `[N, H, W, C]`. */
export interface Value {
  readonly name: string;
  readonly shape: readonly (number | null)[];
}

/** Numbers of zeros around a map: above, left, below, right. The convolution that reads the map applies them. */
export type Padding = readonly [number, number, number, number];

/** One call of a layer that is to be written. */
export interface WrittenCall {
  readonly layer: layers.Layer;
  /** Name of the layer with the names of the networks around it as a prefix, because a head may name a layer as the backbone does. */
  readonly path: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Weights by their name in the layer, such as `kernel`. */
  readonly weights: ReadonlyMap<string, { shape: readonly number[]; values: Float32Array }>;
  readonly inputs: readonly Value[];
  /** Zeros to add around the first input; only convolutions receive any. */
  readonly padding: Padding;
}

/** How a file format writes layers. */
export interface WrittenFormat<Own extends object> {
  /** Name of the format, for error messages. */
  readonly name: string;
  /** Operators by the class names of layers. Each writes one layer and returns the name of its output. */
  readonly operators: Readonly<
    Record<string, (call: WrittenCall & Own) => string | Promise<string>>
  >;
  /** What an operator is given beside the call, such as the file that it writes to. */
  readonly own: Own;
  /** Writes zeros around a map. @returns The name of the result. */
  pad(source: Value, padding: Padding): string;
  /** Called after each layer, before the weights of the next one are read. */
  readonly written?: (() => Promise<void>) | undefined;
}

const noPadding: Padding = [0, 0, 0, 0];
/** Class names of the layers that apply the zeros around their input themselves. */
const convolutions = ['Conv2D', 'DepthwiseConv2D'];

/** Writes the layers of a network, including those of nested networks, one after another. */
export class NetworkWriter<Own extends object> {
  readonly #format: WrittenFormat<Own>;
  readonly #values = new Map<SymbolicTensor, Value>();
  /** The layers written so far, by the prefix of their weights' names. */
  readonly #layers = new Map<string, layers.Layer>();
  /** Zero paddings that are not written yet, by their output. */
  readonly #padded = new Map<SymbolicTensor, { source: Value; padding: Padding }>();

  constructor(format: WrittenFormat<Own>) {
    this.#format = format;
  }

  /** @throws Error with the name of a layer that cannot be written, or of two layers that share a name. */
  async write(
    inputs: ReadonlyMap<SymbolicTensor, Value>,
    outputs: readonly SymbolicTensor[],
    scope = '',
  ): Promise<void> {
    for (const [tensor, value] of inputs) this.#values.set(tensor, value);
    for (const call of callsBefore(outputs)) {
      if (isModel(call.layer)) {
        await this.#writeModel(call, call.layer, scope);
        continue;
      }
      requireChannelsLast(call);
      if (call.layer.getClassName() === 'ZeroPadding2D') this.#pad(call);
      else await this.#writeLayer(call, scope);
    }
  }

  /** Returns a value. Zeros around it that are not written yet are written now. */
  read(tensor: SymbolicTensor): Value {
    const known = this.#values.get(tensor);
    if (known) return known;
    const { source, padding } = this.#padded.get(tensor)!;
    const value = { name: this.#format.pad(source, padding), shape: tensor.shape };
    this.#values.set(tensor, value);
    return value;
  }

  async #writeModel(
    { inputs, output }: LayerCall,
    model: LayersModel,
    scope: string,
  ): Promise<void> {
    const values = inputs.map(each => this.read(each));
    const own = new Map(model.inputs.map((each, index) => [each, values[index]!] as const));
    await this.write(own, model.outputs, qualified(scope, model.name));
    this.#values.set(output, this.read(model.outputs[0]!));
  }

  #pad({ layer, inputs, output }: LayerCall): void {
    const { padding } = layer.getConfig() as { padding: [[number, number], [number, number]] };
    const [[top, bottom], [left, right]] = padding;
    const source = this.read(inputs[0]!);
    this.#padded.set(output, { source, padding: [top, left, bottom, right] });
  }

  async #writeLayer({ layer, inputs, output }: LayerCall, scope: string): Promise<void> {
    const className = layer.getClassName();
    const operator = this.#format.operators[className];
    if (!operator)
      throw new Error(`${layer.name}: a ${className} cannot be written as ${this.#format.name}.`);
    const path = qualified(scope, layer.name);
    const other = this.#layers.get(path);
    if (other && other !== layer)
      throw new Error(
        `Two layers are called '${path}': a ${other.getClassName()} named '${other.name}', and a ${className} named '${layer.name}' in '${scope}'. Give one another name.`,
      );
    this.#layers.set(path, layer);
    const padded = convolutions.includes(className) ? this.#padded.get(inputs[0]!) : undefined;
    const config = layer.getConfig();
    if (padded?.padding.some(side => side > 0) && config.padding !== 'valid')
      throw new Error(`${layer.name}: zeros around a map can be written only for 'valid' padding.`);
    const name = await operator({
      ...this.#format.own,
      layer,
      path,
      config,
      weights: await readWeights(layer),
      inputs: padded ? [padded.source] : inputs.map(each => this.read(each)),
      padding: padded?.padding ?? noPadding,
    });
    this.#values.set(output, { name, shape: output.shape });
    await this.#format.written?.();
  }
}

/** @throws Error with the name of a layer whose channels are not its last axis: its numbers would be read along another. */
function requireChannelsLast({ layer }: LayerCall): void {
  if (layer.getConfig().dataFormat === 'channelsFirst')
    throw new Error(`${layer.name}: 'channelsFirst' cannot be written.`);
}

/** The tensor that a layer of the network computes. @throws Error when the network has no such layer. */
export function outputOf(network: LayersModel, name: string): SymbolicTensor {
  const layer = network.layers.find(each => each.name === name);
  if (!layer) throw new Error(`The network has no layer '${name}' to be an output.`);
  // The last call belongs to this network: a head may have been called earlier on its own input.
  const { outputTensors } = layer.inboundNodes.at(-1)!;
  return outputTensors[0]!;
}

/**
 * The shape of a layer's first input, each side of which has to be known. The number of images may be open.
 *
 * @param format Name of the format, for the error message.
 * @throws Error when images of any size are allowed.
 */
export function fixedShape({ layer, inputs }: WrittenCall, format: string): readonly number[] {
  const { shape } = inputs[0]!;
  if (shape.slice(1).includes(null))
    throw new Error(`${layer.name}: give the network an inputSize to write it as ${format}.`);
  return shape as readonly number[];
}

/**
 * Names of the weights of a batch norm: its scale, center, mean and variance.
 *
 * @throws Error with its name, when it has no scale or center, or another axis than the last.
 */
export function normParts({ layer, weights, config, inputs }: WrittenCall) {
  const { axis = -1 } = config;
  if (weights.size !== 4 || (axis !== -1 && axis !== inputs[0]!.shape.length - 1))
    throw new Error(`${layer.name}: a batch norm needs scale, center and axis -1.`);
  return ['gamma', 'beta', 'moving_mean', 'moving_variance'];
}

async function readWeights(layer: layers.Layer) {
  const weights = new Map<string, { shape: readonly number[]; values: Float32Array }>();
  for (const weight of layer.weights) {
    const { part } = parseWeightName(weight.originalName);
    const values = (await weight.read().data()) as Float32Array;
    weights.set(part, { shape: weight.shape as number[], values });
  }
  return weights;
}
