import { concat, mul, neg, sum, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { indicator } from '../algebra/indicator';
import type { Link } from '../model/logits';

/**
 * The score of each row of logits, differentiable.
 *
 * @param logits `[R, K]`.
 * @param rows Which image each of the R rows belongs to; a method that asks the model again has many rows for one image.
 * @returns `[R]`.
 */
export type Score = (logits: Tensor2D, rows: readonly number[]) => Tensor1D;

/** What is explained about each image, and what metrics watch. */
export interface Target {
  /** In words, for results. */
  readonly name?: string;
  /** Whether `score` looks at the logits of the images as they are. */
  readonly looks: boolean;
  /** Whether the score is a probability, 0 to 1: what metrics that divide by it need. Default false. */
  readonly bounded?: boolean;
  /**
   * @param classes The explained class of each image.
   * @param logits `[K]` of each image; empty unless `looks`.
   * @param link How the model's output comes from its logits. Default softmax.
   */
  score(classes: readonly number[], logits: readonly Float32Array[], link?: Link): Score;
  /** What metrics watch in its place: the same about the image, in other units. Default: itself. */
  readonly watched?: Target;
}

/** One logit for each class: a single sigmoid's are against and for it. */
export function classLogits(
  { classes }: { readonly classes: number },
  logits: Float32Array,
): Float32Array {
  return classes === 2 && logits.length === 1 ? Float32Array.of(-logits[0]!, logits[0]!) : logits;
}

/**
 * The score of a target for a model. What a target gets is one logit for each class: a single sigmoid is given as two, against
 * and for it.
 */
export function scoreOf(
  target: Target,
  { link, classes: count }: { readonly link: Link; readonly classes: number },
  classes: readonly number[],
  logits: readonly Float32Array[] = [],
): Score {
  const score = target.score(classes, logits, link);
  return (z, rows) => score(count === 2 && z.shape[1] === 1 ? concat([neg(z), z], 1) : z, rows);
}

export function ofClass(classes: readonly number[], from: (logits: Tensor2D) => Tensor2D): Score {
  return (logits, rows) =>
    sum(mul(from(logits), marks(classes, rows, logits.shape[1])), 1) as Tensor1D;
}

/** `[R, K]`: 1 at each row's class. */
export function marks(
  classes: readonly number[],
  rows: readonly number[],
  count: number,
): Tensor2D {
  return indicator(
    rows.map(row => classes[row]!),
    count,
  );
}
