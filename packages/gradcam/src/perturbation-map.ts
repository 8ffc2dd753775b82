import {
  add,
  cast,
  div,
  expandDims,
  gather,
  image as imageOps,
  max,
  mean,
  min,
  mul,
  pad,
  reshape,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tidy,
  tile,
  transpose,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { type Evidence, logitsFrom, scoreImages, sideOf } from './evidence';
import { indicator } from './indicator';
import type { AblationCamOptions } from './perturbation';

/** Of Score-CAM. */
export async function seenThroughChannels(evidence: Evidence): Promise<Tensor3D> {
  const { features, images } = evidence;
  const scores = await eachChunk(evidence, features.shape[3], (image, channels) => {
    const chosen = gather(gather(features, [image]), tensor1d(channels, 'int32'), 3);
    return scoreThrough(evidence, image, transpose(chosen, [3, 1, 2, 0]) as Tensor4D);
  });
  return weighed(features, () => softmax(tensor2d(scores, [images.shape[0], features.shape[3]])));
}

/** The scores `[R]` of one image seen through each of `maps` `[R, h, w, 1]`, resized and scaled to 0 to 1. */
export function scoreThrough(
  { images, parts, score }: Evidence,
  image: number,
  maps: Tensor4D,
): Tensor1D {
  const [, height, width] = images.shape;
  const masks = imageOps.resizeBilinear(maps, [height, width], true);
  const low = min(masks, [1, 2], true);
  const span = add(sub(max(masks, [1, 2], true), low), 1e-8);
  const masked = mul(gather(images, [image]), div(sub(masks, low), span)) as Tensor4D;
  return scoreImages(parts, masked, new Array<number>(maps.shape[0]).fill(image), score);
}

/** Of Ablation-CAM. */
export async function withoutChannels(
  evidence: Evidence,
  ablate: NonNullable<AblationCamOptions['ablate']>,
  variant: NonNullable<AblationCamOptions['variant']>,
): Promise<Tensor3D> {
  const { features, logits, score } = evidence;
  const [images, , , count] = features.shape;
  const scores = await eachChunk(evidence, count, (image, channels) => {
    const own = gather(features, [image]);
    const without = reshape(indicator(channels, count), [-1, 1, 1, count]);
    const whole = tile(own, [channels.length, 1, 1, 1]);
    const replaced = add(zerosLike(whole), replacements[ablate](own));
    const ablated = where(
      tile(cast(without, 'bool'), [1, ...own.shape.slice(1, 3), 1]),
      replaced,
      whole,
    );
    return scoreFeatures(evidence, ablated as Tensor4D, rowsFor(image, channels));
  });
  return weighed(features, () => {
    const rows = Array.from({ length: images }, (_, image) => image);
    const whole = expandDims(score(logits, rows), 1);
    const drop = sub(whole, tensor2d(scores, [images, count]));
    return variant === 'paper' ? div(drop, whole) : drop;
  });
}

const replacements = {
  zero: (): Tensor | number => 0,
  mean: (features: Tensor): Tensor | number => mean(features, [1, 2], true),
  pgc: (features: Tensor): Tensor | number => {
    const low = min(features);
    return where(cast(low, 'bool'), sub(low, 1e7), zerosLike(low));
  },
};

/** Of Recipro-CAM. */
export async function placesAlone(evidence: Evidence): Promise<Tensor3D> {
  const { features } = evidence;
  const [count, height, width] = features.shape;
  const places = height * width;
  // The empty map is the place after the last.
  const scores = await eachChunk(evidence, places + 1, (image, cells) => {
    if (evidence.parts.pooled) return scorePlaces(evidence, image, cells);
    const marks = indicator(cells, places);
    const alone = mul(gather(features, [image]), reshape(marks, [-1, height, width, 1]));
    return scoreFeatures(evidence, alone as Tensor4D, rowsFor(image, cells));
  });
  return tidy(() => {
    const all = tensor2d(scores, [count, places + 1]);
    const empty = slice(all, [0, places], [count, 1]);
    const alone = slice(all, [0, 0], [count, places]);
    return reshape(sub(alone, empty), [count, height, width]) as Tensor3D;
  });
}

/** The scores `[N * count]` of `count` variants of each image, a batch at a time. */
export async function eachChunk(
  { features, batch, signal }: Evidence,
  count: number,
  compute: (image: number, indices: number[]) => Tensor1D,
): Promise<Float32Array> {
  const images = features.shape[0];
  const scores = new Float32Array(images * count);
  for (let image = 0; image < images; image++) {
    for (let start = 0; start < count; start += batch) {
      signal?.throwIfAborted();
      const length = Math.min(batch, count - start);
      const chunk = tidy(() =>
        compute(
          image,
          Array.from({ length }, (_, i) => start + i),
        ),
      );
      try {
        scores.set(await chunk.data(), image * count + start);
      } finally {
        chunk.dispose();
      }
    }
  }
  return scores;
}

/** The scores of single places, whose mean over the map is they themselves divided by the number of places. */
function scorePlaces(
  { features, parts, score }: Evidence,
  image: number,
  cells: readonly number[],
): Tensor1D {
  const [, height, width, channels] = features.shape;
  const own = reshape(gather(features, [image]), [height * width, channels]);
  // The empty map, the place after the last, is a row of zeros.
  const alone = gather(
    pad(own, [
      [0, 1],
      [0, 0],
    ]),
    tensor1d([...cells], 'int32'),
  );
  const logits = parts.pooledTail(div(alone, height * width) as Tensor2D);
  return score(logits, rowsFor(image, cells));
}

function scoreFeatures(evidence: Evidence, features: Tensor4D, rows: readonly number[]): Tensor1D {
  const side = sideOf(evidence.side, rows);
  return evidence.score(logitsFrom(evidence.parts, { features, side }), rows);
}

/** Features weighed by channel and summed. `weights` makes `[N, C]`. */
export function weighed(features: Tensor4D, weights: () => Tensor): Tensor3D {
  return tidy(() => {
    const [count, , , channels] = features.shape;
    return sum(mul(features, reshape(weights(), [count, 1, 1, channels])), 3);
  });
}

const rowsFor = (image: number, indices: readonly number[]): number[] => indices.map(() => image);
