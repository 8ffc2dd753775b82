import {
  matMul,
  mul,
  reshape,
  slice,
  softmax,
  type Tensor,
  type Tensor3D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { type Kwargs, type LayerConfig, only, register } from './register';

export interface AttentionConfig extends LayerConfig {
  readonly heads: number;
}

/** One part of several, `[N, heads, T, C / heads]`: of queries (0), keys (1) and values (2), `[N, T, 3 C]`, if there are three. */
export function part(all: Tensor, index: 0 | 1 | 2, heads: number, parts = 3): Tensor {
  const [count, tokens, width] = all.shape as [number, number, number];
  const channels = width / parts;
  const own = slice(all as Tensor3D, [0, 0, index * channels], [count, tokens, channels]);
  return transpose(reshape(own, [count, tokens, heads, channels / heads]), [0, 2, 1, 3]);
}

/**
 * How much each token attends to each other one: from queries, keys and values `[N, T, 3 C]` to `[N, heads, T, T]`, whose rows add up to
 * 1. It is a layer of its own, so that explanations can read it.
 *
 * @see Vaswani et al. 2017, section 3.2. https://arxiv.org/abs/1706.03762
 */
export class AttentionWeights extends layers.Layer {
  static readonly className = 'ShroomAttentionWeights';
  readonly heads: number;

  constructor(config: AttentionConfig) {
    super(config);
    this.heads = config.heads;
  }

  override computeOutputShape([count, tokens]: (number | null)[]): (number | null)[] {
    return [count!, this.heads, tokens!, tokens!];
  }

  override call(inputs: Tensor | Tensor[], _kwargs: Kwargs): Tensor {
    return tidy(() => {
      const all = only(inputs);
      const queries = part(all, 0, this.heads);
      const scale = Math.sqrt(1 / queries.shape[3]!);
      return softmax(matMul(mul(queries, scale), part(all, 1, this.heads), false, true));
    });
  }

  override getConfig() {
    return { ...super.getConfig(), heads: this.heads };
  }
}

/** Mixes the values of all tokens: from attention weights `[N, heads, T, T]` and queries, keys and values `[N, T, 3 C]` to `[N, T, C]`. */
export class AttentionMix extends layers.Layer {
  static readonly className = 'ShroomAttentionMix';

  override computeOutputShape(inputShapes: (number | null)[] | (number | null)[][]) {
    const [count, tokens, width] = (inputShapes as (number | null)[][])[1]!;
    return [count!, tokens!, width! / 3];
  }

  override call(inputs: Tensor | Tensor[], _kwargs: Kwargs): Tensor {
    return tidy(() => {
      const [weights, all] = inputs as [Tensor, Tensor];
      const [count, heads, tokens] = weights.shape as [number, number, number, number];
      const mixed = transpose(matMul(weights, part(all, 2, heads)), [0, 2, 1, 3]);
      return reshape(mixed, [count, tokens, all.shape[2]! / 3]);
    });
  }
}

register(AttentionWeights);
register(AttentionMix);
