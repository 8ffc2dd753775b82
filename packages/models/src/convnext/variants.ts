/** What varies between the networks of the family. Liu et al. 2022, section 3. https://arxiv.org/abs/2201.03545 */
export interface ConvNextConfig {
  /** Number of blocks in each of the four stages. */
  readonly depths: readonly [number, number, number, number];
  /** Number of channels of each stage. */
  readonly widths: readonly [number, number, number, number];
}

/**
 * The networks of the paper, by their names in timm.
 *
 * @example
 * ```ts
 * const { depths, widths } = convNextVariants.convnext_tiny; // [3, 3, 9, 3], [96, 192, 384, 768]
 * ```
 */
export const convNextVariants = {
  convnext_tiny: { depths: [3, 3, 9, 3], widths: [96, 192, 384, 768] },
  convnext_small: { depths: [3, 3, 27, 3], widths: [96, 192, 384, 768] },
  convnext_base: { depths: [3, 3, 27, 3], widths: [128, 256, 512, 1024] },
  convnext_large: { depths: [3, 3, 27, 3], widths: [192, 384, 768, 1536] },
} as const satisfies Record<string, ConvNextConfig>;
