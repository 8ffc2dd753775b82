/** How one library names and lays out the weights of a network in its files. */
export interface Dialect {
  /** Where such files come from; `tfjs` for names and layouts of the network itself. */
  readonly name: 'torchvision' | 'timm' | 'transformers' | 'keras' | 'tfjs';
  /** Order of axes: PyTorch's weights are `[out, in, h, w]` and `[out, in]`. */
  readonly layout: 'pytorch' | 'tensorflow';
  /**
   * The file's name of a weight.
   *
   * @param weight A layer of ours and one of its weights, such as `layer1.0.conv1/kernel`.
   */
  nameOf(weight: string): string;
  /** Whether a tensor may be in the file although the network has no place for it. */
  isUnused(name: string): boolean;
  /** Axes of length 1 that the file puts after the channels of a layer scale. Default 0. */
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
 * A library on PyTorch.
 *
 * @param moduleOf Its name of one of our layers.
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
    // A counter of training steps that inference does not read.
    isUnused: tensor => tensor.endsWith('.num_batches_tracked') || isUnused(tensor),
  };
}

/**
 * Names and layouts as the network itself has them. Any network can be written and read like this.
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

/** `layer1.0.conv1/kernel` is the part `kernel` of the layer `layer1.0.conv1`. */
export function parseWeightName(weight: string): { layer: string; part: string } {
  const slash = weight.lastIndexOf('/');
  return { layer: weight.slice(0, slash), part: weight.slice(slash + 1) };
}
