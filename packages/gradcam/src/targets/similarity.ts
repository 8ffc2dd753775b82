import { add, div, mul, norm, sum, type Tensor1D, tensor2d } from '@tensorflow/tfjs-core';
import type { Target } from './target';

/**
 * Similarity of an embedding to a reference: the cosine of the angle between them, for a model whose output is an embedding.
 *
 * @param reference An embedding `[K]`, one for all images or one for each.
 * @example
 * ```ts
 * import type { Tensor2D } from '@tensorflow/tfjs-core';
 *
 * const embeddings = model.predict(images) as Tensor2D;
 * const [first] = await embeddings.array();
 * embeddings.dispose();
 * const looksAlike = await explain(model, images, { target: similarity(first) }); // where each is like the first
 * ```
 */
export function similarity(reference: ArrayLike<number> | readonly ArrayLike<number>[]): Target {
  const each = (image: number): number[] =>
    Array.from((typeof reference[0] === 'number' ? reference : reference[image]) as number[]);
  return {
    name: 'similarity',
    looks: false,
    score: () => (embeddings, rows) => {
      const others = tensor2d(rows.map(each));
      if (others.shape[1] !== embeddings.shape[1])
        throw new RangeError(
          `The reference of similarity should have ${embeddings.shape[1]} numbers, as the output has; it has ${others.shape[1]}.`,
        );
      const products = sum(mul(embeddings, others), 1);
      const lengths = mul(norm(embeddings, 2, 1), norm(others, 2, 1));
      return div(products, add(lengths, 1e-12)) as Tensor1D;
    },
  };
}
