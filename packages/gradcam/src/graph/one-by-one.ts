import {
  concat,
  dispose,
  keep,
  slice,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import type { PreparedModel } from '../model/prepared';

/**
 * Wraps a prepared graph that takes one image at a time so that it takes many: it runs on each image
 * separately, and the results are concatenated.
 */
export function oneByOne(parts: PreparedModel): PreparedModel {
  const each = <T extends Tensor>(values: readonly Tensor[], run: (row: Tensor[]) => T): T => {
    const count = values[0]!.shape[0]!;
    if (count === 1) return run([...values]);
    return tidy(() => {
      const rows = Array.from({ length: count }, (_, row) =>
        run(values.map(value => slice(value, row, 1))),
      );
      return concat(rows, 0) as T;
    });
  };
  return {
    ...parts,
    forward: images => {
      const cuts = Array.from({ length: images.shape[0]! }, (_, row) => {
        const image = slice(images, row, 1);
        try {
          return parts.forward(image);
        } finally {
          image.dispose();
        }
      });
      const joined = tidy(() =>
        [0, ...cuts[0]!.side.keys()].map((_, index) =>
          keep(
            concat(
              cuts.map(({ features, side }) => [features, ...side][index]!),
              0,
            ),
          ),
        ),
      );
      for (const cut of cuts) cut.dispose();
      const [features, ...side] = joined as [Tensor4D, ...Tensor[]];
      return { features, side, dispose: () => dispose([features, ...side]) };
    },
    tail: (features, side) =>
      each([features, ...side], ([map, ...rest]) => parts.tail(map as Tensor4D, rest)),
    pooledTail: pooled => each([pooled], ([vector]) => parts.pooledTail(vector as Tensor2D)),
    predict: images => each([images], ([image]) => parts.predict!(image as Tensor4D)),
  };
}
