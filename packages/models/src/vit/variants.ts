/** What varies between vision transformers. */
export interface ViTConfig {
  /** Side of a patch in pixels. */
  readonly patch: number;
  /** Number of channels of a token. */
  readonly width: number;
  /** Number of blocks. */
  readonly depth: number;
  /** Number of attention heads. */
  readonly heads: number;
  /** Where positions come from: learned for the patches, learned for the class token too, or rotary. */
  readonly positions: 'patches' | 'class and patches' | 'rotary';
  /** Side of the grid of patches that positions were learned for: 14 for images of 224 pixels and patches of 16. */
  readonly grid: number;
  /** Whether there is a class token. Default true. */
  readonly classToken?: boolean;
  /** Number of register tokens. Default 0. */
  readonly registers?: number;
  /** Whether each branch is multiplied by learned factors. Default false. */
  readonly layerScale?: boolean;
  /** Whether a layer norm comes before the first block, and patches are embedded without bias, as in CLIP. Default false. */
  readonly normFirst?: boolean;
  /** Whether GELU is the quick one of OpenAI's CLIP. Default false. */
  readonly quickGelu?: boolean;
  /** Whether queries, keys and values have a bias. Default true. */
  readonly attentionBias?: boolean;
  /** Number added to the variance in layer norms. */
  readonly epsilon: number;
  /** What the classifier reads: the class token, the mean of the patches, or all tokens by attention. */
  readonly pool: 'cls' | 'mean' | 'attention';
}

const sizes = {
  tiny: { width: 192, depth: 12, heads: 3 },
  small: { width: 384, depth: 12, heads: 6 },
  base: { width: 768, depth: 12, heads: 12 },
  large: { width: 1024, depth: 24, heads: 16 },
  huge: { width: 1280, depth: 32, heads: 16 },
} as const;
/** Dosovitskiy et al. 2021, as trained by Steiner et al. 2022. https://arxiv.org/abs/2106.10270 */
const augReg = {
  patch: 16,
  grid: 14,
  positions: 'class and patches',
  epsilon: 1e-6,
  pool: 'cls',
} as const;
/** Oquab et al. 2024. https://arxiv.org/abs/2304.07193 */
const dinov2 = { ...augReg, patch: 14, grid: 37, layerScale: true } as const;
/** Darcet et al. 2024. https://arxiv.org/abs/2309.16588 */
const registers = { ...dinov2, registers: 4, positions: 'patches' } as const;
/** Siméoni et al. 2025. https://arxiv.org/abs/2508.10104 */
const dinov3 = {
  patch: 16,
  grid: 16,
  positions: 'rotary',
  registers: 4,
  layerScale: true,
  attentionBias: false,
  epsilon: 1e-5,
  pool: 'mean',
} as const;
/** Radford et al. 2021. https://arxiv.org/abs/2103.00020 BioCLIP has these towers: https://arxiv.org/abs/2311.18803 */
const clip = { ...augReg, normFirst: true, epsilon: 1e-5 } as const;
/** Tschannen et al. 2025. https://arxiv.org/abs/2502.14786 */
const siglip = { ...augReg, classToken: false, positions: 'patches', pool: 'attention' } as const;
const patch14 = { patch: 14, grid: 16 } as const;

/**
 * Vision transformers by their names in timm.
 *
 * @example
 * ```ts
 * const { width, depth, patch } = vitVariants.vit_small_patch14_reg4_dinov2; // 384, 12, 14
 * ```
 */
export const vitVariants = {
  vit_tiny_patch16_224: { ...sizes.tiny, ...augReg },
  vit_small_patch16_224: { ...sizes.small, ...augReg },
  vit_base_patch16_224: { ...sizes.base, ...augReg },
  vit_small_patch14_dinov2: { ...sizes.small, ...dinov2 },
  vit_base_patch14_dinov2: { ...sizes.base, ...dinov2 },
  vit_large_patch14_dinov2: { ...sizes.large, ...dinov2 },
  vit_small_patch14_reg4_dinov2: { ...sizes.small, ...registers },
  vit_base_patch14_reg4_dinov2: { ...sizes.base, ...registers },
  vit_large_patch14_reg4_dinov2: { ...sizes.large, ...registers },
  vit_small_patch16_dinov3: { ...sizes.small, ...dinov3 },
  vit_base_patch16_dinov3: { ...sizes.base, ...dinov3 },
  vit_large_patch16_dinov3: { ...sizes.large, ...dinov3 },
  vit_base_patch16_clip_224: { ...sizes.base, ...clip },
  vit_base_patch16_clip_quickgelu_224: { ...sizes.base, ...clip, quickGelu: true },
  vit_large_patch14_clip_224: { ...sizes.large, ...clip, ...patch14 },
  vit_huge_patch14_clip_224: { ...sizes.huge, ...clip, ...patch14 },
  vit_base_patch16_siglip_224: { ...sizes.base, ...siglip },
} as const satisfies Record<string, ViTConfig>;
