import { concat, mul, neg, sum, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import { indicator } from '../algebra/indicator';
import type { Link } from '../model/logits';

/**
 * Computes the score of each row of logits; differentiable.
 *
 * @param logits `[R, K]`.
 * @param rows The image to which each of the R rows belongs. A method that runs the model again has many rows per image.
 * @returns Scores `[R]`.
 */
export type Score = (logits: Tensor2D, rows: readonly number[]) => Tensor1D;

/** A target: what is explained about each image, and what metrics measure. */
export interface Target {
  /** Description for results. */
  readonly name?: string;
  /** Whether `score` reads the logits of the unchanged images. */
  readonly looks: boolean;
  /** Whether the score is a probability, 0 to 1, which metrics that divide by it need. Default false. */
  readonly bounded?: boolean;
  /**
   * @param classes The explained class of each image.
   * @param logits Logits `[K]` of each image; empty unless `looks`.
   * @param link How the model's output is computed from its logits. Default softmax.
   */
  score(classes: readonly number[], logits: readonly Float32Array[], link?: Link): Score;
  /** The target that metrics measure instead: the same quantity in other units. Default: this target. */
  readonly watched?: Target;
}

/** Returns one logit per class. A single sigmoid becomes two logits, against and for its class. */
export function classLogits(
  { classes }: { readonly classes: number },
  logits: Float32Array,
): Float32Array {
  return classes === 2 && logits.length === 1 ? Float32Array.of(-logits[0]!, logits[0]!) : logits;
}

/**
 * Returns the score of a target for a model. The target receives one logit per class; a single sigmoid
 * becomes two logits, against and for its class.
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

/** Returns `[R, K]` with a 1 at each row's class. */
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
