import { type Tensor3D, tensor3d } from '@tensorflow/tfjs-core';
import type { Evidence } from '../evidence';
import { maskedScores } from './occlusion-map';

/** Computes the map of `occlusion` with a window: each pixel's mean drop of the score over the windows that cover it. */
export async function windowed(
  evidence: Evidence,
  {
    sides,
    steps,
    fill,
  }: {
    readonly sides: readonly number[];
    readonly steps: readonly number[];
    readonly fill: number;
  },
): Promise<Tensor3D> {
  const [count, height, width] = evidence.images.shape;
  const [down, right] = [height, width].map((length, axis) => {
    const [side, step] = [sides[axis]!, steps[axis]!];
    if (step > side || side > length)
      throw new RangeError(
        `The window should be as large as the stride or larger, and no larger than the image; window ${side}, stride ${step}, image ${length}.`,
      );
    return Math.ceil((length - side) / step) + 1;
  }) as [number, number];
  const covers = (window: number, y: number, x: number) => {
    const top = Math.floor(window / right) * steps[0]!;
    const left = (window % right) * steps[1]!;
    return y >= top && y < top + sides[0]! && x >= left && x < left + sides[1]!;
  };
  // The last mask covers nothing.
  const windows = down * right;
  const scores = await maskedScores(evidence, windows + 1, fill, (window, y, x) =>
    window < windows && covers(window, y, x) ? 0 : 1,
  );
  const values = new Float32Array(count * height * width);
  for (let place = 0; place < height * width; place++) {
    const [y, x] = [Math.floor(place / width), place % width];
    const over = Array.from({ length: windows }, (_, window) => window).filter(window =>
      covers(window, y, x),
    );
    for (let image = 0; image < count; image++) {
      const own = scores.subarray(image * (windows + 1));
      const drops = over.reduce((total, window) => total + own[windows]! - own[window]!, 0);
      values[image * height * width + place] = drops / over.length;
    }
  }
  return tensor3d(values, [count, height, width]);
}
