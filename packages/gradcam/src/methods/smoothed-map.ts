import {
  add,
  dispose,
  div,
  square,
  sub,
  type Tensor3D,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Evidence } from '../evidence';
import { eachNoisy, type SmoothedOptions } from './noisy-copies';

/** Computes the map of `smoothed`. */
export async function overCopies(
  { images, signal }: Evidence,
  mapOf: (copy: Tensor4D) => Promise<Tensor3D>,
  options: SmoothedOptions & {
    readonly form: 'mean' | 'squared' | 'variance';
    readonly samples: number;
  },
): Promise<Tensor3D> {
  const { form, samples } = options;
  let mean: Tensor3D | undefined;
  let squares: Tensor3D | undefined;
  try {
    await eachNoisy(images, options, signal, async copy => {
      const map = await mapOf(copy);
      if (form !== 'squared') mean = addedShare(mean, map, samples);
      if (form !== 'mean') {
        const squared = square(map);
        squares = addedShare(squares, squared, samples);
        squared.dispose();
      }
      map.dispose();
    });
    if (!mean || !squares) return (mean ?? squares)!;
    const [first, second] = [mean, squares];
    const variance = tidy(() => sub(second, square(first)) as Tensor3D);
    dispose([first, second]);
    return variance;
  } catch (error) {
    mean?.dispose();
    squares?.dispose();
    throw error;
  }
}

/** Adds the share of one of `count` maps to their sum, and disposes the sum so far. */
function addedShare(before: Tensor3D | undefined, map: Tensor3D, count: number): Tensor3D {
  const sum = tidy(() => {
    const share = div(map, count) as Tensor3D;
    return before ? (add(before, share) as Tensor3D) : share;
  });
  before?.dispose();
  return sum;
}
