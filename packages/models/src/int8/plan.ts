import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { callsBefore, type LayerCall } from '../graph';
import { CalibrationError } from './ranges';

/** Which layers of a network compute with integers, and which of its values are stored as integers. */
export interface Int8Plan {
  /** Names of the convolutions and dense layers that compute with integers. */
  readonly products: ReadonlySet<string>;
  /** Values that are rounded to integers, each to those of its own range. */
  readonly points: readonly SymbolicTensor[];
}

export interface Int8Options {
  /**
   * Whether a convolution or a dense layer computes with integers, by its name. Default: all that are faster so (see
   * {@link exportInt8Onnx}). Calibrate and export with the same ones.
   */
  readonly products?: (layer: string) => boolean;
}

/** Layers that compute in 32 bits on both sides, between which a convolution would lose digits and win no time. */
const floatNeighbors = ['ShroomLayerNorm', 'ShroomPatchTokens'];
const convolutions = ['Conv2D', 'DepthwiseConv2D'];

/** Whether a layer takes the largest of its values as they are, so that integers stay integers of the same range. */
export const isMaximum = (className: string): boolean => className === 'MaxPooling2D';

/** @throws CalibrationError when no layer computes with integers, or a layer that would is called several times. */
export function planInt8(
  network: Pick<LayersModel, 'outputs' | 'name'>,
  { products: asked = () => true }: Int8Options = {},
): Int8Plan {
  const { outputs } = network;
  const calls = callsBefore(outputs);
  const isWanted = new Set(outputs);
  const makers = new Map(calls.map(call => [call.output, call]));
  const readers = new Map<SymbolicTensor, LayerCall[]>();
  for (const call of calls)
    for (const input of call.inputs) readers.set(input, [...(readers.get(input) ?? []), call]);
  const readersOf = (value: SymbolicTensor) => readers.get(value) ?? [];

  /** The value after the activations that alone read a value: integers of its range are cut off as the activation does. */
  const activated = (value: SymbolicTensor): SymbolicTensor => {
    const [reader, ...others] = readersOf(value);
    const isAlone = reader && others.length === 0 && !isWanted.has(value);
    return isAlone && isClipping(reader) ? activated(reader.output) : value;
  };
  /** The value before the zeros around it. */
  const unpadded = (value: SymbolicTensor): SymbolicTensor => {
    const maker = makers.get(value);
    return maker?.layer.getClassName() === 'ZeroPadding2D' ? maker.inputs[0]! : value;
  };
  const isNear = (call: LayerCall | undefined) =>
    call !== undefined && floatNeighbors.includes(call.layer.getClassName());
  const isChosen = (call: LayerCall) => {
    if (!canCompute(call) || !asked(call.layer.name)) return false;
    if (!convolutions.includes(call.layer.getClassName())) return true;
    return (
      !isNear(makers.get(unpadded(call.inputs[0]!))) &&
      !readersOf(activated(call.output)).some(isNear)
    );
  };

  const products = new Set<string>();
  const points = new Set<SymbolicTensor>();
  for (const call of calls) {
    if (!isChosen(call) || (isDepthwise(call) && !isInteger(call.inputs[0]!))) continue;
    products.add(call.layer.name);
    const source = unpadded(call.inputs[0]!);
    if (!isInteger(source)) points.add(source);
    if (convolutions.includes(call.layer.getClassName())) points.add(activated(call.output));
  }
  /** Whether a value is stored as integers, by itself or because the value is that was made from it. */
  function isInteger(value: SymbolicTensor): boolean {
    const source = unpadded(value);
    if (points.has(source)) return true;
    const maker = makers.get(source);
    return (
      maker !== undefined && isMaximum(maker.layer.getClassName()) && isInteger(maker.inputs[0]!)
    );
  }
  for (const call of calls) {
    if (call.layer.getClassName() !== 'Add' || !call.inputs.every(isInteger)) continue;
    const sum = activated(call.output);
    if (!isWanted.has(sum) && readersOf(sum).some(isProductOrSum)) points.add(sum);
  }
  if (products.size === 0)
    throw new CalibrationError(
      `${network.name}: none of its layers computes with integers. Export it with exportOnnx.`,
    );
  requireOneCall(calls, products, points);
  return { products, points: [...points] };

  function isProductOrSum({ layer }: LayerCall): boolean {
    return products.has(layer.name) || layer.getClassName() === 'Add';
  }
}

/** @throws CalibrationError that names a layer whose values at one place would get the range of another place. */
function requireOneCall(
  calls: readonly LayerCall[],
  products: ReadonlySet<string>,
  points: ReadonlySet<SymbolicTensor>,
): void {
  const times = new Map<string, number>();
  for (const { layer } of calls) times.set(layer.name, (times.get(layer.name) ?? 0) + 1);
  for (const name of [...products, ...[...points].map(({ sourceLayer }) => sourceLayer.name)])
    if ((times.get(name) ?? 0) > 1)
      throw new CalibrationError(
        `${name}: a layer that is called several times cannot compute with integers. Leave it out with the option products.`,
      );
}

const isDepthwise = ({ layer }: LayerCall) => layer.getClassName() === 'DepthwiseConv2D';

/** Whether a layer has products that integers can compute. Other variants are written as they are, or refused as in 32 bits. */
function canCompute({ layer, inputs }: LayerCall): boolean {
  const { dilationRate, depthMultiplier = 1 } = layer.getConfig();
  if (layer.getClassName() === 'Dense') return inputs[0]!.shape.length > 2;
  if (!convolutions.includes(layer.getClassName())) return false;
  return depthMultiplier === 1 && (dilationRate as number[]).every(rate => rate === 1);
}

const isClipping = ({ layer }: LayerCall) =>
  layer.getClassName() === 'ReLU' ||
  (layer.getClassName() === 'Activation' &&
    ['relu', 'relu6', 'linear'].includes(layer.getConfig().activation as string));
