import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { logitsFrom, scoreImages } from '../evidence';
import type { Explanation, HeatMap } from '../explain';
import { fuseMaps } from '../fusion';
import type { PreparedModel } from '../prepared';
import { probability, type Target } from '../targets';
import type { Pixels } from './imputation';

/** What a metric needs of an explanation. */
export type Judged = Pick<Explanation, 'map' | 'classIndex'>;

export interface MetricOptions {
  /** The score that is watched while the image changes. Default the probability of the explained class. */
  readonly target?: Target;
  /** Images for one pass of the model. Default 16. */
  readonly batch?: number;
  /** Stops between two passes. */
  readonly signal?: AbortSignal;
}

/** One image with its map at the image's size, and what the model says of variants of it. */
export interface Subject {
  readonly pixels: Pixels;
  /** 0 to 1. */
  readonly map: HeatMap;
  /** Of the image as it is. */
  readonly score: number;
  /** The scores of `count` variants; `make` gives the pixels of each. */
  scores(count: number, make: (index: number) => Float32Array): Promise<number[]>;
}

/**
 * The images one by one, ready to be changed.
 *
 * @throws RangeError when there are not as many explanations as images.
 */
export async function subjectsOf(
  parts: PreparedModel,
  images: Tensor4D,
  judged: readonly Judged[],
  options: MetricOptions,
): Promise<Subject[]> {
  const { target = probability, batch = 16, signal } = options;
  const [count, height, width, colours] = images.shape;
  if (judged.length !== count)
    throw new RangeError(`There are ${count} images and ${judged.length} explanations.`);
  const all = (await images.data()) as Float32Array;
  const score = target.score(
    judged.map(({ classIndex }) => classIndex),
    target.looks ? await logitsOf(parts, images) : [],
  );
  const size = height * width * colours;
  const scoresOf = async (
    image: number,
    variants: number,
    make: (index: number) => Float32Array,
  ): Promise<number[]> => {
    const found: number[] = [];
    for (let start = 0; start < variants; start += batch) {
      signal?.throwIfAborted();
      const length = Math.min(batch, variants - start);
      const values = new Float32Array(length * size);
      for (let i = 0; i < length; i++) values.set(make(start + i), i * size);
      const changed = tensor4d(values, [length, height, width, colours]);
      const scores = scoreImages(parts, changed, new Array(length).fill(image), score);
      changed.dispose();
      try {
        found.push(...(await scores.data()));
      } finally {
        scores.dispose();
      }
    }
    return found;
  };
  const subjects: Subject[] = [];
  for (const [image, { map }] of judged.entries()) {
    const values = all.slice(image * size, (image + 1) * size);
    const [whole] = await scoresOf(image, 1, () => values);
    subjects.push({
      pixels: { values, height, width, colours },
      map: fuseMaps([map], [height, width]),
      score: whole!,
      scores: (variants, make) => scoresOf(image, variants, make),
    });
  }
  return subjects;
}

async function logitsOf(parts: PreparedModel, images: Tensor4D): Promise<Float32Array[]> {
  const cut = parts.forward(images);
  try {
    const logits = logitsFrom(parts, cut);
    try {
      const values = (await logits.data()) as Float32Array;
      const [count, classes] = logits.shape;
      return Array.from({ length: count }, (_, row) =>
        values.slice(row * classes, (row + 1) * classes),
      );
    } finally {
      logits.dispose();
    }
  } finally {
    cut.dispose();
  }
}
