import { slice, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Operation, Value } from './operations';

/** The part of images that a network sees, if it leaves an edge unseen. */
export interface Covered {
  /** `[N, rows, columns, C]`. The caller disposes it. */
  readonly seen: Tensor4D;
  /** The share of the height and of the width that is seen. */
  readonly covers: readonly [number, number];
}

/** Layers that change each pixel alone. */
const pixelwise = /^(Rescaling|Normalization|BatchNormalization|Activation|ReLU|\w*Dropout\w*)$/;

/**
 * Finds the part of images that fills patches: a rest of pixels at the right and at the bottom that is smaller than a patch is not seen.
 *
 * @param tap A value that is computed from the patches.
 * @param images `[N, H, W, C]`.
 * @returns `undefined` if all is seen, or the images are not cut into patches by a convolution.
 */
export function coveredBy(tap: Value, images: Tensor4D): Covered | undefined {
  const [count, height, width, colors] = images.shape;
  const [cutter, ...others] = readersOfImages(tap);
  if (!cutter || others.length > 0 || cutter.layer.getClassName() !== 'Conv2D') return undefined;
  const { kernelSize, strides, padding } = cutter.layer.getConfig() as unknown as Window;
  if (padding !== 'valid') return undefined;
  const [rows, columns] = [height, width].map((length, axis) => {
    const [side, step] = [kernelSize[axis]!, strides[axis]!];
    return length - ((length - side) % step);
  }) as [number, number];
  if (rows === height && columns === width) return undefined;
  const seen = slice(images, [0, 0, 0, 0], [count, rows, columns, colors]);
  return { seen, covers: [rows / height, columns / width] };
}

interface Window {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: string;
}

/** The first operations on the way from the images to a value that do more than change each pixel alone. */
function readersOfImages(tap: Value): Operation[] {
  const found = new Set<Operation>();
  const visited = new Set<Value>();
  const isImages = ({ operation }: Value): boolean =>
    !operation ||
    (pixelwise.test(operation.layer.getClassName()) && isImages(operation.inputs[0]!));
  const visit = (value: Value) => {
    if (visited.has(value) || !value.operation) return;
    visited.add(value);
    for (const input of value.operation.inputs) {
      if (isImages(input)) found.add(value.operation);
      else visit(input);
    }
  };
  visit(tap);
  return [...found];
}
