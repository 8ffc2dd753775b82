import { type Tensor3D, tensor3d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { type Evidence, scoreImages } from '../evidence';

/** Computes the map of `occlusion`. */
export async function occluded(
  evidence: Evidence,
  places: number,
  fill: number,
): Promise<Tensor3D> {
  const [count, height, width] = evidence.images.shape;
  const covered = (cell: number, y: number, x: number) =>
    Math.floor((y * places) / height) * places + Math.floor((x * places) / width) === cell;
  // The last mask covers nothing.
  const cells = places * places;
  const scores = await maskedScores(evidence, cells + 1, fill, (cell, y, x) =>
    covered(cell, y, x) ? 0 : 1,
  );
  const values = new Float32Array(count * cells);
  for (let image = 0; image < count; image++) {
    const from = image * (cells + 1);
    for (let cell = 0; cell < cells; cell++)
      values[image * cells + cell] = scores[from + cells]! - scores[from + cell]!;
  }
  return tensor3d(values, [count, places, places]);
}

/** Computes the scores `[N * masks]` of each image seen through each mask, one batch at a time. */
export async function maskedScores(
  { parts, images, score, batch, signal }: Evidence,
  masks: number,
  fill: number,
  visible: (mask: number, y: number, x: number) => number,
): Promise<Float32Array> {
  const [count, height, width, colors] = images.shape;
  const pixels = await images.data();
  const size = height * width * colors;
  const scores = new Float32Array(count * masks);
  for (let image = 0; image < count; image++) {
    for (let start = 0; start < masks; start += batch) {
      signal?.throwIfAborted();
      const length = Math.min(batch, masks - start);
      const values = new Float32Array(length * size);
      for (let i = 0, target = 0; i < length; i++) {
        for (let place = 0; place < height * width; place++) {
          const share = visible(start + i, Math.floor(place / width), place % width);
          for (let color = 0; color < colors; color++, target++) {
            const value = pixels[image * size + place * colors + color]!;
            values[target] = fill + share * (value - fill);
          }
        }
      }
      const rows = new Array<number>(length).fill(image);
      const found = tidy(() =>
        scoreImages(parts, tensor4d(values, [length, height, width, colors]), rows, score),
      );
      try {
        scores.set(await found.data(), image * masks + start);
      } finally {
        found.dispose();
      }
    }
  }
  return scores;
}
