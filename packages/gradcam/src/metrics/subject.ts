import { type Tensor, type Tensor4D, tensor4d } from '@tensorflow/tfjs-core';
import { passOver, scoreImages } from '../evidence';
import type { Explanation, HeatMap } from '../explain';
import { atLeastOne } from '../methods/method';
import { imagesFor } from '../model/images';
import type { PreparedModel } from '../model/prepared';
import { type Explainable, partsOf, type SourceOptions } from '../model/source';
import { fuseMaps } from '../pictures/fusion';
import { checkTarget, defaultTargets } from '../targets/logit';
import { classLogits, scoreOf, type Target } from '../targets/target';
import type { Pixels } from './imputation';

/** The parts of an explanation that a metric needs. */
export type ClassMap = Pick<Explanation, 'map' | 'classIndex'> &
  Partial<Pick<Explanation, 'target'>>;

/** A mask of the object: above 0 inside the object. */
export interface Mask {
  readonly values: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
}

/**
 * Thrown when the metric needs another kind of score, usually a probability.
 *
 * @example
 * ```ts
 * const explanations = await explain(model, images);
 * const composites = await adcc(model, images, explanations).catch(error => {
 *   if (!(error instanceof TargetError)) throw error;
 *   return adcc(model, images, explanations, { target: probability }); // a score of 0 to 1
 * });
 * ```
 */
export class TargetError extends Error {
  override readonly name = 'TargetError';
}

/**
 * Options of metrics. For a model that is not prepared yet, the options of `explain` are allowed too. The tap does not affect the result.
 */
export interface MetricOptions extends SourceOptions {
  /** The score that is measured while the image changes. Default: what was explained, as a probability if it has one. */
  readonly target?: Target;
  /** Number of images per forward pass. Default 16. */
  readonly batch?: number;
  /** Signal that stops the metric between two forward passes. */
  readonly signal?: AbortSignal;
}

/** One image with its map at the image's size, and a way to score variants of the image. */
export interface Subject {
  readonly pixels: Pixels;
  /** The map, 0 to 1. */
  readonly map: HeatMap;
  /** Score of the unchanged image. */
  readonly score: number;
  /** Whether the score is a probability. */
  readonly bounded: boolean;
  /** Computes the scores of `count` variants; `make` returns the pixels of each. */
  scores(count: number, make: (index: number) => Float32Array): Promise<number[]>;
}

/**
 * Yields the images one by one, each ready to be changed.
 *
 * @throws RangeError when there are not as many explanations as images.
 */
export async function subjectsOf(
  model: Explainable,
  given: Tensor,
  explanations: readonly ClassMap[],
  options: MetricOptions,
): Promise<Subject[]> {
  const [parts, { batch = 16, signal }] = await partsOf(model, options);
  atLeastOne(batch, 'batch');
  const images = await imagesFor(parts, given);
  try {
    return await readSubjects(parts, images, explanations, { ...options, batch, signal });
  } finally {
    images.dispose();
  }
}

async function readSubjects(
  parts: PreparedModel,
  images: Tensor4D,
  explanations: readonly ClassMap[],
  options: {
    readonly target?: Target;
    readonly batch: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Subject[]> {
  const { batch, signal } = options;
  const [count, height, width, colors] = images.shape;
  await checkExplanations(explanations, count);
  // Images of integers are converted to floating point, since changes of them are not integers.
  const all = Float32Array.from(await images.data());
  const targets = explanations.map(each => watchedTarget(parts, each, options.target));
  for (const target of targets) await checkTarget(target, parts.link);
  const logits = targets.some(({ looks }) => looks) ? await logitsOf(parts, images) : [];
  const classes = explanations.map(({ classIndex }) => classIndex);
  if (!classes.every(index => Number.isInteger(index) && index >= 0 && index < parts.classes))
    throw (await import('../failures')).classesFailure(classes, count, parts.classes);
  const scores = targets.map(target => scoreOf(target, parts, classes, logits));
  const size = height * width * colors;
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
      const changed = tensor4d(values, [length, height, width, colors]);
      const answers = scoreImages(parts, changed, new Array(length).fill(image), scores[image]!);
      changed.dispose();
      try {
        found.push(...(await answers.data()));
      } finally {
        answers.dispose();
      }
    }
    return found;
  };
  const subjects: Subject[] = [];
  for (const [image, { map }] of explanations.entries()) {
    const values = all.slice(image * size, (image + 1) * size);
    const [whole] = await scoresOf(image, 1, () => values);
    subjects.push({
      pixels: { values, height, width, colors },
      map: fuseMaps([map], [height, width]),
      score: whole!,
      bounded: targets[image]!.bounded === true,
      scores: (variants, make) => scoresOf(image, variants, make),
    });
  }
  return subjects;
}

/**
 * @throws RangeError when there are not as many explanations as images.
 * @throws TypeError when the values are not explanations but, for example, bare maps.
 */
export async function checkExplanations(
  explanations: readonly ClassMap[],
  images: number,
): Promise<void> {
  const fits = Array.isArray(explanations) && explanations.length === images;
  if (!fits || !explanations.every(each => each?.map))
    throw (await import('../failures')).explanationsFailure(explanations, images);
}

/** Returns the score that a metric measures: the explained one, unless the options ask for another. */
export function watchedTarget(
  { link }: Pick<PreparedModel, 'link'>,
  { target }: Pick<ClassMap, 'target'>,
  wanted: Target | undefined,
): Target {
  const explained = wanted ?? target ?? defaultTargets[link];
  return explained?.watched ?? explained;
}

/** @throws TargetError when the score is not a probability. */
export function requireBounded(metric: string, watched: Target): void {
  const reason = unbounded(metric, watched);
  if (reason) throw new TargetError(reason);
}

/** Explains why a metric that divides by the score cannot use this one, or returns `undefined` if it can. */
export function unbounded(
  metric: string,
  { bounded, name = 'a target of your own' }: Target,
): string | undefined {
  if (bounded) return undefined;
  return `'${metric}' needs a score from 0 to 1; '${name}' is not such a score. road, deletion and insertion take any; { target: probability } suits this metric.`;
}

async function logitsOf(parts: PreparedModel, images: Tensor4D): Promise<Float32Array[]> {
  const pass = passOver(parts, images);
  try {
    const values = (await pass.logits.data()) as Float32Array;
    const [count, classes] = pass.logits.shape;
    return Array.from({ length: count }, (_, row) =>
      classLogits(parts, values.slice(row * classes, (row + 1) * classes)),
    );
  } finally {
    pass.dispose();
  }
}
