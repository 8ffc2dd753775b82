/**
 * How a photograph becomes the input that a checkpoint was trained on. These facts belong to the weights,
 * not to the architecture, and travel with them.
 */
export interface Preprocessing {
  /** `[height, width]` in pixels. */
  readonly size: readonly [number, number];
  /** Order of the three channels that the first convolution expects. */
  readonly channelOrder: 'RGB' | 'BGR';
  /** Factor on pixel values of 0 to 255 before the mean is subtracted: 1 or 1 / 255. */
  readonly scale: number;
  /** Subtracted after scaling, in `channelOrder`. */
  readonly mean: readonly [number, number, number];
  /** Divided by after the mean is subtracted, in `channelOrder`. */
  readonly std: readonly [number, number, number];
  /** `'squash'` resizes both sides to `size` and ignores the aspect ratio. */
  readonly resize: 'squash';
  readonly interpolation: 'bilinear';
}

/**
 * What Keras calls `caffe` preprocessing: BGR in 0 to 255 minus the mean of ImageNet.
 * @see https://github.com/keras-team/keras/blob/v2.10.0/keras/applications/imagenet_utils.py
 */
export function caffePreprocessing(size: readonly [number, number]): Preprocessing {
  return {
    size,
    channelOrder: 'BGR',
    scale: 1,
    mean: [103.939, 116.779, 123.68],
    std: [1, 1, 1],
    resize: 'squash',
    interpolation: 'bilinear',
  };
}
