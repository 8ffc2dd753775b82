import type { Dimension } from '@shroom/formats';
import type { LayersModel, layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { callsBefore, isModel, type LayerCall } from '../graph';
import type { Preprocessing } from '../preprocessing';
import { parseWeightName } from '../weights/dialect';
import { qualified } from '../weights/names';
import { OnnxModel } from './model';
import { operators, type Padding, type Value } from './operators';
import { requirePrecision, type WeightPrecision } from './weights';

export interface OnnxOptions {
  /**
   * Names of outputs, and the layers that compute them: `{ logits: 'fc', features: 'layer4.2.relu' }`.
   * Default: the network's output, named `output`.
   */
  readonly outputs?: Readonly<Record<string, string>>;
  /** How the weights of convolutions and dense layers are stored. They are computed with in 32 bits. Default `'float32'`. */
  readonly weights?: WeightPrecision;
  /** Names of the logits, stored in the file's metadata as a JSON list under `classes`. */
  readonly classes?: readonly string[];
  /** How images become the input, stored in the file's metadata as JSON under `preprocessing`. */
  readonly preprocessing?: Preprocessing;
}

const noPadding: Padding = [0, 0, 0, 0];

/**
 * Exports a network as the bytes of an ONNX file, for inference: batch norms use their running averages, and dropout does nothing. The
 * input `images` is `[N, 3, H, W]`, as in PyTorch, and feature maps among the outputs are `[N, C, H, W]`.
 *
 * @throws Error with the name of a layer that cannot be written, of two layers that share a name, or of
 * an output that the network does not have.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 *
 * const outputs = { logits: 'fc', features: 'layer4.2.relu' };
 * const file = await exportOnnx(model, { outputs, weights: 'float16', classes: classNames });
 * await writeFile('resnet50.onnx', file);
 * ```
 */
export async function exportOnnx(
  network: LayersModel,
  options: OnnxOptions = {},
): Promise<Uint8Array> {
  const { outputs = { output: undefined }, weights = 'float32', classes, preprocessing } = options;
  requirePrecision(weights);
  const onnx = new OnnxModel();
  const [images] = network.inputs;
  const wanted = Object.entries(outputs).map(([name, layer]) => {
    const tensor = layer === undefined ? network.outputs[0]! : outputOf(network, layer);
    return { name, tensor };
  });
  onnx.input('images', asOnnx(images!.shape));
  const writer = new NetworkWriter(onnx, weights);
  await writer.write(
    new Map([[images!, { name: 'images', shape: images!.shape }]]),
    wanted.map(({ tensor }) => tensor),
  );
  for (const { name, tensor } of wanted) {
    onnx.add('Identity', [writer.read(tensor).name], {}, name);
    onnx.output(name, asOnnx(tensor.shape));
  }
  if (classes) onnx.describe('classes', JSON.stringify(classes));
  if (preprocessing) onnx.describe('preprocessing', JSON.stringify(preprocessing));
  return onnx.toBytes();
}

function outputOf(network: LayersModel, name: string): SymbolicTensor {
  const layer = network.layers.find(each => each.name === name);
  if (!layer) throw new Error(`The network has no layer '${name}' to be an output.`);
  // The last call belongs to this network: a head may have been called earlier on its own input.
  const { outputTensors } = layer.inboundNodes.at(-1)!;
  return outputTensors[0]!;
}

/** Converts a shape `[N, H, W, C]`, where `null` means any length, to `[N, C, H, W]` with named lengths. */
function asOnnx(shape: readonly (number | null)[]): Dimension[] {
  const named = (side: number | null, name: string): Dimension => side ?? name;
  if (shape.length !== 4)
    return shape.map((side, axis) => named(side, axis === 0 ? 'N' : `d${axis}`));
  const [count, height, width, channels] = shape as (number | null)[];
  return [
    named(count!, 'N'),
    named(channels!, 'channels'),
    named(height!, 'height'),
    named(width!, 'width'),
  ];
}

/** Writes the layers of a network, including those of nested networks, one after another. */
class NetworkWriter {
  readonly #onnx: OnnxModel;
  readonly #precision: WeightPrecision;
  readonly #values = new Map<SymbolicTensor, Value>();
  /** The layers written so far, by the prefix of their weights' names. */
  readonly #layers = new Map<string, layers.Layer>();
  /** Zero paddings that are not written yet, by their output. */
  readonly #padded = new Map<SymbolicTensor, { source: Value; padding: Padding }>();

  constructor(onnx: OnnxModel, precision: WeightPrecision) {
    this.#onnx = onnx;
    this.#precision = precision;
  }

  async write(
    inputs: ReadonlyMap<SymbolicTensor, Value>,
    outputs: readonly SymbolicTensor[],
    scope = '',
  ): Promise<void> {
    for (const [tensor, value] of inputs) this.#values.set(tensor, value);
    for (const call of callsBefore(outputs)) {
      if (isModel(call.layer)) await this.#writeModel(call, call.layer, scope);
      else if (call.layer.getClassName() === 'ZeroPadding2D') this.#pad(call);
      else await this.#writeLayer(call, scope);
    }
  }

  /** Returns a value. Zeros around it that are not written yet are written now. */
  read(tensor: SymbolicTensor): Value {
    const known = this.#values.get(tensor);
    if (known) return known;
    const { source, padding } = this.#padded.get(tensor)!;
    const [top, left, bottom, right] = padding;
    const sides = BigInt64Array.from([0, 0, top, left, 0, 0, bottom, right], BigInt);
    const pads = this.#onnx.constant(`zeros ${padding}`, 'int64', [8], sides);
    const value = { name: this.#onnx.add('Pad', [source.name, pads]), shape: tensor.shape };
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
    const operator = operators[className];
    if (!operator) throw new Error(`${layer.name}: a ${className} cannot be written as ONNX.`);
    const path = qualified(scope, layer.name);
    const other = this.#layers.get(path);
    if (other && other !== layer)
      throw new Error(
        `Two layers are called '${path}': a ${other.getClassName()} named '${other.name}', and a ${className} named '${layer.name}' in '${scope}'. Give one another name.`,
      );
    this.#layers.set(path, layer);
    const padded = className === 'Conv2D' ? this.#padded.get(inputs[0]!) : undefined;
    const name = operator({
      onnx: this.#onnx,
      layer,
      path,
      config: layer.getConfig(),
      weights: await readWeights(layer),
      inputs: padded ? [padded.source] : inputs.map(each => this.read(each)),
      padding: padded?.padding ?? noPadding,
      precision: this.#precision,
    });
    this.#values.set(output, { name, shape: output.shape });
  }
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
