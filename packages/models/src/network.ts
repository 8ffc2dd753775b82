import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { requireWhole } from './whole';

/** Options of every network in this package. */
export interface NetworkOptions {
  /** `[height, width]` in pixels; `null` allows any size. Default `[224, 224]`. */
  readonly inputSize?: readonly [number | null, number | null];
  /** Number of classes. If it is given, the network ends in logits; otherwise it ends at the last feature map. */
  readonly classes?: number;
  /** Whether a vision transformer without `classes` ends in features that are pooled as its classifier reads them, `[N, C]`. Default false. */
  readonly pooled?: boolean;
}

/**
 * Checks that a variant exists in a table of variants.
 *
 * @throws RangeError with the names of the table, when the variant is not one of them.
 */
export function requireVariant<V>(family: string, config: V | undefined, table: object): V {
  if (config) return config;
  throw new RangeError(
    `${family}: there is no such variant; there are ${Object.keys(table).join(', ')}.`,
  );
}

type AnyLayer = layers.Layer;

/** Applies a layer that has one output, and returns the output. */
export function apply(layer: AnyLayer, x: SymbolicTensor | SymbolicTensor[]): SymbolicTensor {
  return layer.apply(x) as SymbolicTensor;
}

/**
 * Creates the input of a network.
 *
 * @throws RangeError when there are not two sides, a side is too small for the network's halvings, or the number of classes is no count.
 */
export function imagesInput(name: string, least: number, options: NetworkOptions): SymbolicTensor {
  const { inputSize = [224, 224], classes = 1 } = options;
  const fits = (side: number | null) => side === null || (Number.isInteger(side) && side >= least);
  if ((inputSize as readonly unknown[]).length !== 2 || !inputSize.every(fits))
    throw new RangeError(
      `${name}: inputSize should be [height, width], ${least} pixels a side or more, not [${inputSize}].`,
    );
  requireWhole(name, { classes });
  return input({ shape: [...inputSize, 3], name: 'images' });
}

export interface ConvolutionOptions {
  /** Step between neighboring windows. Default 1. */
  readonly stride?: number;
  /**
   * Number of zeros added on every side, or the numbers added above and below, and left and right; or `'same'` for TensorFlow's padding,
   * which at stride 2 depends on the input's size. Default 0.
   */
  readonly padding?: number | readonly [number, number] | 'same';
  readonly bias: boolean;
}

/**
 * Adds a convolution that pads as PyTorch does, unless `padding` is `'same'`. The weights are zero until weights are loaded, since drawing
 * random numbers that are overwritten would waste time.
 */
export function convolve(
  x: SymbolicTensor,
  filters: number,
  kernelSize: number | readonly [number, number],
  name: string,
  options: ConvolutionOptions,
): SymbolicTensor {
  const { stride = 1, padding = 0, bias } = options;
  const convolution = layers.conv2d({
    filters,
    kernelSize: typeof kernelSize === 'number' ? kernelSize : [...kernelSize],
    strides: stride,
    padding: padding === 'same' ? 'same' : 'valid',
    useBias: bias,
    kernelInitializer: 'zeros',
    name,
  });
  return apply(convolution, padding === 'same' ? x : pad(x, padding, `${name}.pad`));
}

/** Adds a convolution of each channel with a kernel of its own. It is padded, and starts with zeros, as that of {@link convolve}. */
export function depthwise(
  x: SymbolicTensor,
  kernelSize: number,
  name: string,
  options: ConvolutionOptions,
): SymbolicTensor {
  const { stride = 1, padding = 0, bias } = options;
  const convolution = layers.depthwiseConv2d({
    kernelSize,
    strides: stride,
    padding: padding === 'same' ? 'same' : 'valid',
    useBias: bias,
    depthwiseInitializer: 'zeros',
    name,
  });
  return apply(convolution, padding === 'same' ? x : pad(x, padding, `${name}.pad`));
}

/** Adds zeros around a feature map. */
export function pad(
  x: SymbolicTensor,
  padding: number | readonly [number, number],
  name: string,
): SymbolicTensor {
  const [rows, columns] = typeof padding === 'number' ? [padding, padding] : padding;
  if (rows === 0 && columns === 0) return x;
  const sides: [[number, number], [number, number]] = [
    [rows, rows],
    [columns, columns],
  ];
  return apply(layers.zeroPadding2d({ padding: sides, name }), x);
}

/** Max pooling over 3 by 3 positions at stride 2, without padding. */
export function maxPool(x: SymbolicTensor, name: string): SymbolicTensor {
  return apply(layers.maxPooling2d({ poolSize: 3, strides: 2, name }), x);
}

export function relu(x: SymbolicTensor, name: string): SymbolicTensor {
  return apply(layers.activation({ activation: 'relu', name }), x);
}

/** The smaller of a ReLU and 6. */
export function relu6(x: SymbolicTensor, name: string): SymbolicTensor {
  return apply(layers.activation({ activation: 'relu6', name }), x);
}

export function globalAverage(x: SymbolicTensor, name: string): SymbolicTensor {
  return apply(layers.globalAveragePooling2d({ name }), x);
}

export function linear(
  x: SymbolicTensor,
  units: number,
  name: string,
  { bias: useBias = true }: { readonly bias?: boolean } = {},
): SymbolicTensor {
  return apply(layers.dense({ units, useBias, kernelInitializer: 'zeros', name }), x);
}

export function network(name: string, images: SymbolicTensor, output: SymbolicTensor): LayersModel {
  return model({ inputs: images, outputs: output, name });
}
