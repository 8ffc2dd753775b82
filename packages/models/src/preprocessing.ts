/**
 * How a photograph becomes the input that a checkpoint was trained on. These facts belong to the weights, not to the
 * architecture, and are stored with the weights.
 */
export interface Preprocessing {
  /** `[height, width]` in pixels. */
  readonly size: readonly [number, number];
  /** Order of the three channels that the first convolution expects. */
  readonly channelOrder: 'RGB' | 'BGR';
  /** Factor for pixel values of 0 to 255 before the mean is subtracted: 1 or 1 / 255. */
  readonly scale: number;
  /** Mean that is subtracted after scaling, in `channelOrder`. */
  readonly mean: readonly [number, number, number];
  /** Standard deviation by which the difference is divided, in `channelOrder`. */
  readonly std: readonly [number, number, number];
  /**
   * How the photograph is resized. `'squash'` resizes both sides to `size / cropFraction`, ignoring the aspect ratio. `'crop'` resizes the
   * shorter side to `size / cropFraction`, rounded down. In both cases the middle is then cut out.
   */
  readonly resize: 'squash' | 'crop';
  /** Share of the resized shorter side that is kept; 1 if nothing is cropped. */
  readonly cropFraction: number;
  readonly interpolation: 'bilinear' | 'bicubic';
}

/**
 * Keras's `caffe` preprocessing: BGR in 0 to 255, minus the mean of ImageNet.
 * @see https://github.com/keras-team/keras/blob/v2.10.0/keras/applications/imagenet_utils.py
 * @example
 * ```ts
 * const { channelOrder, mean } = caffePreprocessing([224, 224]); // 'BGR', [103.939, 116.779, 123.68]
 * ```
 */
export function caffePreprocessing(size: readonly [number, number]): Preprocessing {
  return {
    size,
    channelOrder: 'BGR',
    scale: 1,
    mean: [103.939, 116.779, 123.68],
    std: [1, 1, 1],
    resize: 'squash',
    cropFraction: 1,
    interpolation: 'bilinear',
  };
}

/**
 * The preprocessing of torchvision and timm: RGB in 0 to 1, minus the mean of ImageNet, divided by its standard deviation.
 *
 * @example
 * ```ts
 * import { decode } from '@shroom/data/node';
 *
 * const how = { cropFraction: 1, interpolation: 'bicubic' } as const;
 * const photo = await decode('amanita.jpg', imagenetPreprocessing([288, 288], how)); // 288 x 288
 * ```
 */
export function imagenetPreprocessing(
  size: readonly [number, number],
  options: Pick<Partial<Preprocessing>, 'cropFraction' | 'interpolation'> = {},
): Preprocessing {
  const { cropFraction = 0.875, interpolation = 'bilinear' } = options;
  return {
    size,
    channelOrder: 'RGB',
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    resize: 'crop',
    cropFraction,
    interpolation,
  };
}
