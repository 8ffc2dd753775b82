import { caffePreprocessing, imagenetPreprocessing, type Preprocessing } from '@shroom/models';

type Size = readonly [height: number, width: number];

const range =
  (scale: number, mean: number) =>
  (size: Size): Preprocessing => ({
    ...imagenetPreprocessing(size),
    scale,
    mean: [mean, mean, mean],
    std: [1, 1, 1],
  });

/** Common preprocessings of published models, by the names that their documentation uses. */
export const preparations: Readonly<Record<string, (size: Size) => Preprocessing>> = {
  '0..1': range(1 / 255, 0),
  '-1..1': range(2 / 255, 1),
  '0..255': range(1, 0),
  imagenet: imagenetPreprocessing,
  caffe: caffePreprocessing,
};
