import { max, min, stack, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type LayersModel, model } from '@tensorflow/tfjs-layers';
import { type Int8Options, planInt8 } from './plan';
import { type ActivationRanges, CalibrationError, rangeName } from './ranges';

/**
 * Runs images through a network and notes the smallest and the largest value of each layer whose values become integers. A few dozen
 * images like those that the network will see are enough. (Narrower ranges, which cut off the rarest values, changed the features of a
 * ResNet50 more.)
 *
 * @param network Without batch norms (`foldBatchNorm`), so that convolutions and their norms become one layer.
 * @param batches Preprocessed images `[N, H, W, 3]`. Each batch is disposed after use, also when this fails.
 * @throws CalibrationError when there is no image, a value is no finite number, or no layer computes with integers.
 * @example
 * ```ts
 * import { batches } from '@shroom/data/node';
 * import { tensor } from '@tensorflow/tfjs-core';
 *
 * async function* batchesOf({ preprocessing }: typeof backbone) {
 *   for await (const { images, shape } of batches(photos.slice(0, 32), { preprocessing, batchSize: 8 }))
 *     yield tensor(images, [...shape]);
 * }
 * const folded = foldBatchNorm(backbone.model);
 * const ranges = await calibrateInt8(folded, batchesOf(backbone));
 * ranges.get('conv1_relu'); // [0, 41.2]
 * ```
 */
export async function calibrateInt8(
  network: LayersModel,
  batches: AsyncIterable<Tensor> | Iterable<Tensor>,
  options: Int8Options = {},
): Promise<ActivationRanges> {
  const { points } = planInt8(network, options);
  const watched = model({ inputs: network.inputs, outputs: [...points] });
  const names = points.map(rangeName);
  const ranges = new Map<string, readonly [number, number]>();
  for await (const images of batches) {
    try {
      const ends = tidy(() => {
        const values = watched.predict(images, { batchSize: images.shape[0]! });
        return stack([values].flat().flatMap(each => [min(each), max(each)]));
      });
      const found = await ends.data<'float32'>().finally(() => ends.dispose());
      for (const [index, name] of names.entries()) {
        const [low, high] = [found[2 * index]!, found[2 * index + 1]!];
        if (!(Number.isFinite(low) && Number.isFinite(high)))
          throw new CalibrationError(
            `${name} computes values from ${low} to ${high} of these images: it cannot be calibrated by them.`,
          );
        const [least, most] = ranges.get(name) ?? [low, high];
        ranges.set(name, [Math.min(least, low), Math.max(most, high)]);
      }
    } finally {
      images.dispose();
    }
  }
  if (ranges.size === 0)
    throw new CalibrationError(
      `${network.name}: there were no images to calibrate it by. Give a few dozen.`,
    );
  return ranges;
}
