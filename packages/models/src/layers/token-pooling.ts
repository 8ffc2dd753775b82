import {
  concat,
  mean,
  reshape,
  slice,
  type Tensor,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { requireWhole } from '../whole';
import { type Kwargs, type LayerConfig, only, register } from './register';

/** How tokens become one vector: the class token, the mean of the patches, or both, one after the other. */
export type TokenPoolingMode = 'cls' | 'mean' | 'cls+mean';

export interface TokenPoolingConfig extends LayerConfig {
  readonly mode: TokenPoolingMode;
  /** Number of tokens before the patches: the class token and registers. */
  readonly prefix: number;
}

/**
 * Pools tokens `[N, T, C]` to `[N, C]`, or to `[N, 2 C]` for `cls+mean`.
 *
 * @throws RangeError for an unknown mode, or a prefix that is no count, has no class token for `cls`, or leaves no patches for `mean`.
 * @example
 * ```ts
 * import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
 *
 * const pooling = new TokenPooling({ mode: 'mean', prefix: 5 }); // a class token and four registers
 * const features = pooling.apply(backbone.model.outputs[0]!) as SymbolicTensor;
 * ```
 */
export class TokenPooling extends layers.Layer {
  static readonly className = 'ShroomTokenPooling';
  readonly mode: TokenPoolingMode;
  readonly prefix: number;

  constructor(config: TokenPoolingConfig) {
    super(config);
    const { mode, prefix } = config;
    if (!['cls', 'mean', 'cls+mean'].includes(mode))
      throw new RangeError(`TokenPooling: mode should be cls, mean or cls+mean, not ${mode}.`);
    requireWhole('TokenPooling', { prefix }, mode === 'mean' ? 0 : 1);
    this.mode = mode;
    this.prefix = prefix;
  }

  override computeOutputShape([count, , channels]: (number | null)[]): (number | null)[] {
    return [count!, this.mode === 'cls+mean' ? 2 * channels! : channels!];
  }

  override call(inputs: Tensor | Tensor[], _kwargs: Kwargs): Tensor {
    return tidy(() => {
      const tokens = only(inputs) as Tensor3D;
      const [count, length, channels] = tokens.shape;
      const first = () =>
        reshape(slice(tokens, [0, 0, 0], [count, 1, channels]), [count, channels]);
      const average = () => {
        const patches = length - this.prefix;
        requireWhole(`${this.name} of ${length} tokens`, { patches });
        return mean(slice(tokens, [0, this.prefix, 0], [count, patches, channels]), 1);
      };
      if (this.mode === 'cls') return first();
      return this.mode === 'mean' ? average() : concat([first(), average()], 1);
    });
  }

  override getConfig() {
    return { ...super.getConfig(), mode: this.mode, prefix: this.prefix };
  }
}

register(TokenPooling);
