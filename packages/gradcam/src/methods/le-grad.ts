import { atLeastOne, type Method } from './method';
import { ofAttention } from './of-attention';

/** Options of `leGrad` and `gradEclip`. */
export interface AttentionMethodOptions {
  /** Number of layers that are read, counted from the last. */
  readonly layers?: number;
}

/**
 * LeGrad of a vision transformer: for each layer, the classifier reads the tokens after it, and the gradients of the score with respect to
 * the layer's attention weights that are above 0 are averaged over heads and tokens; the layers are added. Bousselham et al. 2025.
 * https://arxiv.org/abs/2404.03214
 *
 * @param options `layers`: default all.
 * @throws RangeError for a number of layers below 1. MethodError for a network whose attention cannot be read; those of `@shroom/models` can be.
 * @example
 * ```ts
 * const [{ map }] = await explain(model, images, { method: leGrad({ layers: 4 }) });
 * ```
 */
export function leGrad({ layers }: AttentionMethodOptions = {}): Method {
  const count = layers === undefined ? Number.POSITIVE_INFINITY : atLeastOne(layers, 'layers');
  return ofAttention((maps, evidence) => maps.leGradMap(evidence, count));
}
