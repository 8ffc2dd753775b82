import { div, maximum, norm, serialization, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';

/** Rows that are shorter than this are divided by it, as in PyTorch's `normalize`. */
const least = 1e-12;

/** Divides each row of `[N, C]` by its length. */
export const unitRows = (rows: Tensor): Tensor =>
  div(rows, maximum(norm(rows, 2, -1, true), least));

/**
 * Divides each row `[N, C]` by its length.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 *
 * const rows = new UnitLength().apply(tensor2d([[3, 4]])); // [[0.6, 0.8]]
 * ```
 */
export class UnitLength extends layers.Layer {
  static readonly className = 'UnitLength';

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => unitRows(Array.isArray(inputs) ? inputs[0]! : inputs));
  }

  override computeOutputShape<Shape>(inputShape: Shape): Shape {
    return inputShape;
  }
}

/**
 * Makes the layer known to `tf.loadLayersModel`. `prototypeHead` does it too.
 *
 * @example
 * ```ts
 * import { loadLayersModel } from '@tensorflow/tfjs-layers';
 *
 * registerUnitLength();
 * const head = await loadLayersModel('https://example.org/head/model.json');
 * ```
 */
export function registerUnitLength(): void {
  const known = serialization.SerializationMap.getMap().classNameMap;
  if (!(UnitLength.className in known)) serialization.registerClass(UnitLength);
}
