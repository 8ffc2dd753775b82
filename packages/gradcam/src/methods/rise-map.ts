import { type Tensor3D, tensor3d } from '@tensorflow/tfjs-core';
import { generator } from '../algebra/generator';
import type { Evidence } from '../evidence';
import { maskedScores } from './occlusion-map';

/** Computes the map of `rise`. */
export async function seenThroughMasks(
  evidence: Evidence,
  { masks, cells, keep, seed }: Record<'masks' | 'cells' | 'keep' | 'seed', number>,
): Promise<Tensor3D> {
  const [count, height, width] = evidence.images.shape;
  const drawn = Array.from({ length: masks }, (_, mask) =>
    softMask(seed * masks + mask, cells, keep, [height, width]),
  );
  const scores = await maskedScores(
    evidence,
    masks,
    0,
    (mask, y, x) => drawn[mask]![y * width + x]!,
  );
  const values = new Float32Array(count * height * width);
  for (let image = 0; image < count; image++) {
    const own = scores.subarray(image * masks, (image + 1) * masks);
    const mean = own.reduce((total, score) => total + score, 0) / masks;
    const map = values.subarray(image * height * width, (image + 1) * height * width);
    drawn.forEach((mask, index) => {
      const weight = (own[index]! - mean) / (masks * keep);
      for (let place = 0; place < map.length; place++) map[place]! += weight * mask[place]!;
    });
  }
  return tensor3d(values, [count, height, width]);
}

/** Makes a coarse random mask of 0 and 1, shifted randomly and enlarged with soft edges. */
function softMask(
  seed: number,
  cells: number,
  keep: number,
  [height, width]: readonly [number, number],
): Float32Array {
  const random = generator(seed);
  const side = cells + 2;
  const coarse = Array.from({ length: side * side }, () => (random() < keep ? 1 : 0));
  const [top, left] = [random(), random()];
  const mask = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const row = top + ((y + 0.5) * cells) / height;
    const [up, down] = [Math.floor(row), row - Math.floor(row)];
    for (let x = 0; x < width; x++) {
      const column = left + ((x + 0.5) * cells) / width;
      const [before, after] = [Math.floor(column), column - Math.floor(column)];
      const at = (r: number, c: number) => coarse[(up + r) * side + before + c]!;
      const upper = at(0, 0) * (1 - after) + at(0, 1) * after;
      const lower = at(1, 0) * (1 - after) + at(1, 1) * after;
      mask[y * width + x] = upper * (1 - down) + lower * down;
    }
  }
  return mask;
}
