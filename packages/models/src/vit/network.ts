import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { AttentionMix, AttentionWeights } from '../layers/attention';
import { Gelu } from '../layers/gelu';
import { LatentAttention } from '../layers/latent-attention';
import { LayerNorm } from '../layers/layer-norm';
import { LayerScale } from '../layers/layer-scale';
import { PatchTokens } from '../layers/patch-tokens';
import { RotaryPositions } from '../layers/rotary-positions';
import { TokenPooling } from '../layers/token-pooling';
import {
  apply,
  convolve,
  imagesInput,
  linear,
  type NetworkOptions,
  network,
  requireVariant,
} from '../network';
import type { Tap } from '../tap';
import { requireWhole } from '../whole';
import { type ViTConfig, vitVariants } from './variants';

/**
 * Builds a vision transformer with layers named as in timm: `patch_embed.proj`, `tokens`, `blocks.0.norm1`, `blocks.0.attn.qkv` ...
 * `blocks.11.add2`, `norm`, `head`.
 *
 * The network maps images `[N, H, W, 3]` to normalized tokens `[N, T, C]` (the class token, the registers, and the patches row by row),
 * with `pooled` to the features that its classifier reads `[N, C]`, or to logits `[N, classes]` (no softmax). A rest of pixels that fills no patch is left out.
 *
 * @throws RangeError for numbers that are no counts, heads that do not divide the width, or a pool that the network cannot have.
 * @example
 * ```ts
 * const network = vit(vitVariants.vit_small_patch14_reg4_dinov2, { inputSize: [224, 224] });
 * console.log(network.outputs[0]!.shape); // [null, 261, 384]: 5 tokens, and 16 x 16 patches
 * ```
 */
export function vit(config: ViTConfig, options: NetworkOptions = {}): LayersModel {
  requireVariant('vit', config, vitVariants);
  const { patch, width, depth, positions, registers = 0, normFirst = false, epsilon } = config;
  const { classToken = true, pool, heads, grid } = config;
  const size = width / heads;
  requireWhole('vit', { patch, width, depth, heads, grid });
  requireWhole('vit', { registers }, 0);
  requireWhole(
    'vit',
    positions === 'rotary' ? { 'width / heads / 4': size / 4 } : { 'width / heads': size },
  );
  if (pool === 'cls' && !classToken) throw new RangeError("vit: pool 'cls' needs a class token.");
  const { classes, pooled = classes !== undefined } = options;
  const images = imagesInput('vit', patch, options);
  const patches = convolve(images, width, patch, 'patch_embed.proj', {
    stride: patch,
    bias: !normFirst,
  });
  const tokens = new PatchTokens({
    classToken,
    registers,
    grid: positions === 'rotary' ? 0 : grid,
    classPosition: positions === 'class and patches',
    name: 'tokens',
  });
  let x = apply(tokens, patches);
  if (normFirst) x = apply(new LayerNorm({ epsilon, name: 'norm_pre' }), x);
  const [, height, columns] = patches.shape;
  const places = height && columns ? ([height, columns] as const) : null;
  for (let index = 0; index < depth; index++) x = block(x, config, `blocks.${index}`, places);
  x = apply(new LayerNorm({ epsilon, name: 'norm' }), x);
  if (!pooled) return network('vit', images, x);
  x =
    pool === 'attention'
      ? attentionPool(x, config)
      : apply(new TokenPooling({ mode: pool, prefix: tokens.prefix, name: 'pool' }), x);
  return network('vit', images, classes === undefined ? x : linear(x, classes, 'head'));
}

/** Pools tokens `[N, T, C]` by the attention of one learned vector, followed by a block of channels: `[N, C]`. */
function attentionPool(x: SymbolicTensor, { width, heads, epsilon }: ViTConfig): SymbolicTensor {
  const name = 'attn_pool';
  let y = linear(x, 2 * width, `${name}.kv`);
  y = apply(new LatentAttention({ heads, name: `${name}.q` }), y);
  const pooled = linear(y, width, `${name}.proj`);
  y = apply(new LayerNorm({ epsilon, name: `${name}.norm` }), pooled);
  y = linear(y, 4 * width, `${name}.mlp.fc1`);
  y = apply(new Gelu({ name: `${name}.mlp.act` }), y);
  y = linear(y, width, `${name}.mlp.fc2`);
  return apply(layers.add({ name: 'pool' }), [pooled, y]);
}

/** Mixes tokens by attention, then channels, and adds both results to the input. `[N, T, C]` in and out. */
function block(
  x: SymbolicTensor,
  config: ViTConfig,
  name: string,
  grid: readonly [number, number] | null,
): SymbolicTensor {
  const { width, heads, positions, registers = 0, classToken = true, epsilon } = config;
  const { layerScale = false, quickGelu: quick = false, attentionBias = true } = config;
  const scaled = (y: SymbolicTensor, part: string) =>
    layerScale ? apply(new LayerScale({ name: `${name}.${part}.gamma` }), y) : y;

  let y = apply(new LayerNorm({ epsilon, name: `${name}.norm1` }), x);
  y = linear(y, 3 * width, `${name}.attn.qkv`, { bias: attentionBias });
  if (positions === 'rotary')
    y = apply(
      new RotaryPositions({
        heads,
        prefix: (classToken ? 1 : 0) + registers,
        grid,
        name: `${name}.attn.rope`,
      }),
      y,
    );
  const weights = apply(new AttentionWeights({ heads, name: `${name}.attn.weights` }), y);
  y = apply(new AttentionMix({ name: `${name}.attn.mix` }), [weights, y]);
  y = scaled(linear(y, width, `${name}.attn.proj`), 'ls1');
  x = apply(layers.add({ name: `${name}.add1` }), [x, y]);

  y = apply(new LayerNorm({ epsilon, name: `${name}.norm2` }), x);
  y = linear(y, 4 * width, `${name}.mlp.fc1`);
  y = apply(new Gelu({ quick, name: `${name}.mlp.act` }), y);
  y = scaled(linear(y, width, `${name}.mlp.fc2`), 'ls2');
  return apply(layers.add({ name: `${name}.add2` }), [x, y]);
}

/**
 * The outputs of the token embedding, of each block, and of the last norm.
 *
 * @example
 * ```ts
 * const taps = vitTaps(vitVariants.vit_tiny_patch16_224);
 * taps.map(({ stage }) => stage); // ['stem', 'blocks.0', ..., 'blocks.11', 'norm']
 * ```
 */
export function vitTaps(config: ViTConfig): Tap[] {
  requireVariant('vitTaps', config, vitVariants);
  const { patch: stride, width: channels, depth, normFirst } = config;
  const blocks = Array.from({ length: depth }, (_, index) => ({
    ...{ stage: `blocks.${index}`, layer: `blocks.${index}.add2`, stride, channels },
  }));
  return [
    { stage: 'stem', layer: normFirst ? 'norm_pre' : 'tokens', stride, channels },
    ...blocks,
    { stage: 'norm', layer: 'norm', stride, channels },
  ];
}
