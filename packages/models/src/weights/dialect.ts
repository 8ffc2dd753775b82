/** How one library names and lays out the weights of a network in its files. */
export interface Dialect {
  /** Library that writes such files; `tfjs` means the names and layouts of the network itself. */
  readonly name:
    | 'torchvision'
    | 'timm'
    | 'transformers'
    | 'efficientnet_pytorch'
    | 'open_clip'
    | 'keras'
    | 'tfjs';
  /** Order of axes: PyTorch's weights are `[out, in, h, w]` and `[out, in]`. */
  readonly layout: 'pytorch' | 'tensorflow';
  /**
   * Returns the name of a weight in the file.
   *
   * @param weight Name of a layer and one of its weights in this package, such as `layer1.0.conv1/kernel`.
   */
  nameOf(weight: string): string;
  /** Whether a tensor may be in the file although the network has no weight for it. */
  isUnused(name: string): boolean;
  /** Returns the shape in the file of a weight whose values are in the same order there but have other axes; otherwise undefined. */
  shapeOf?(weight: string, shape: readonly number[]): readonly number[] | undefined;
  /** Number of axes of length 1 that the file appends to the channels of a layer scale. Default 0. */
  readonly layerScaleAxes?: number;
}

const pytorchParts: Record<string, string> = {
  kernel: '.weight',
  depthwise_kernel: '.weight',
  bias: '.bias',
  gamma: '.weight',
  beta: '.bias',
  moving_mean: '.running_mean',
  moving_variance: '.running_var',
  scale: '',
};

/**
 * Makes the dialect of a library based on PyTorch.
 *
 * @param moduleOf Returns the library's name of one of our layers.
 */
export function pytorchDialect(
  name: Dialect['name'],
  moduleOf: (layer: string) => string,
  options: Partial<Pick<Dialect, 'isUnused' | 'layerScaleAxes'>> = {},
): Dialect {
  const { isUnused = () => false, layerScaleAxes = 0 } = options;
  return {
    name,
    layout: 'pytorch',
    layerScaleAxes,
    nameOf(weight) {
      const { layer, part } = parseWeightName(weight);
      return `${moduleOf(layer)}${pytorchParts[part] ?? `.${part}`}`;
    },
    // `num_batches_tracked` counts training steps; inference does not read it.
    isUnused: tensor => tensor.endsWith('.num_batches_tracked') || isUnused(tensor),
  };
}

/**
 * The names and layouts of the network itself. Any network can be written and read with this dialect.
 *
 * @example
 * ```ts
 * const checkpoint = checkpointOf(model, ownDialect);
 * console.log(checkpoint.get('conv1/kernel')?.shape); // [7, 7, 3, 64]
 * await loadWeights(model, checkpoint, ownDialect);
 * ```
 */
export const ownDialect: Dialect = {
  name: 'tfjs',
  layout: 'tensorflow',
  nameOf: weight => weight,
  isUnused: () => false,
};

/** Splits a name: `layer1.0.conv1/kernel` is the part `kernel` of the layer `layer1.0.conv1`. */
export function parseWeightName(weight: string): { layer: string; part: string } {
  const slash = weight.lastIndexOf('/');
  return { layer: weight.slice(0, slash), part: weight.slice(slash + 1) };
}
