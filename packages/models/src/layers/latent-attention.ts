import {
  add,
  matMul,
  mul,
  reshape,
  softmax,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  tidy,
} from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { type AttentionConfig, part } from './attention';
import { type Kwargs, only, register } from './register';

/**
 * Pools tokens by attention: a learned vector asks, and the tokens answer. It maps keys and values `[N, T, 2 C]` to `[N, C]`.
 *
 * @see Zhai et al. 2022, section 3.3. https://arxiv.org/abs/2106.04560
 */
export class LatentAttention extends layers.Layer {
  static readonly className = 'ShroomLatentAttention';
  readonly heads: number;
  #latent!: LayerVariable;
  #kernel!: LayerVariable;
  #bias!: LayerVariable;

  constructor(config: AttentionConfig) {
    super(config);
    this.heads = config.heads;
  }

  override build(inputShape: number[]): void {
    const channels = inputShape[2]! / 2;
    const zeros = initializers.zeros();
    this.#latent = this.addWeight('latent', [1, channels], 'float32', zeros);
    this.#kernel = this.addWeight('kernel', [channels, channels], 'float32', zeros);
    this.#bias = this.addWeight('bias', [channels], 'float32', zeros);
    this.built = true;
  }

  override computeOutputShape([count, , width]: (number | null)[]): (number | null)[] {
    return [count!, width! / 2];
  }

  override call(inputs: Tensor | Tensor[], _kwargs: Kwargs): Tensor {
    return tidy(() => {
      const both = only(inputs) as Tensor3D;
      const [count, tokens, width] = both.shape;
      const channels = width / 2;
      const size = channels / this.heads;
      const half = (index: 0 | 1) => part(both, index, this.heads, 2);
      const question = add(
        matMul(this.#latent.read() as Tensor2D, this.#kernel.read() as Tensor2D),
        this.#bias.read(),
      );
      const query = reshape(mul(question, Math.sqrt(1 / size)), [1, this.heads, 1, size]);
      const scores = reshape(sum(mul(half(0), query), -1), [count, this.heads, 1, tokens]);
      return reshape(matMul(softmax(scores), half(1)), [count, channels]);
    });
  }

  override getConfig() {
    return { ...super.getConfig(), heads: this.heads };
  }
}

register(LatentAttention);
