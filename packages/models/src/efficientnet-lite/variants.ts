type Seven = readonly [number, number, number, number, number, number, number];

/** What varies between the networks of the family: numbers for each of the seven groups of blocks. */
export interface EfficientNetLiteConfig {
  /** Number of blocks. */
  readonly depths: Seven;
  /** Number of channels at the end of a group. */
  readonly widths: Seven;
}

/**
 * The networks by their names in timm, there with `tf_` in front. The compound scaling of EfficientNet leaves the stem, the head and the
 * number of blocks of the first and the last group alone.
 *
 * @see Tan & Le 2019, table 1. https://arxiv.org/abs/1905.11946
 * @see https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
 * @example
 * ```ts
 * const { depths, widths } = efficientNetLiteVariants.efficientnet_lite0;
 * console.log(depths, widths); // [1, 2, 2, 3, 3, 4, 1], [16, 24, 40, 80, 112, 192, 320]
 * ```
 */
export const efficientNetLiteVariants = {
  efficientnet_lite0: {
    depths: [1, 2, 2, 3, 3, 4, 1],
    widths: [16, 24, 40, 80, 112, 192, 320],
  },
  efficientnet_lite1: {
    depths: [1, 3, 3, 4, 4, 5, 1],
    widths: [16, 24, 40, 80, 112, 192, 320],
  },
  efficientnet_lite2: {
    depths: [1, 3, 3, 4, 4, 5, 1],
    widths: [16, 24, 48, 88, 120, 208, 352],
  },
} as const satisfies Record<string, EfficientNetLiteConfig>;
