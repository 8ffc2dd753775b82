import { type Tensor2D, tensor, tidy } from '@tensorflow/tfjs-core';
import { checkedSource, checkFeatures } from '../features/feature-requirements';
import type { Features } from '../features/feature-set';
import type { Trainable } from '../model/trainable';
import { type NamesOf, requireKnown } from '../options/option-names';
import { type Evaluation, evaluate, probabilities } from './metrics';

/** Numbers that one forward pass takes at most: it bounds the memory of evaluating feature maps. */
const numbersAtOnce = 2 ** 24;

export interface InferenceOptions {
  /** Views of each photo whose probabilities are averaged, the plain one first. Default 1. */
  readonly views?: number;
  readonly signal?: AbortSignal;
}

const inferenceOptions: NamesOf<InferenceOptions> = { views: true, signal: true };

/**
 * Evaluates a set by its plain views, or by the mean of several.
 *
 * @throws RangeError when a label is no class or a feature is not a finite number, naming the row; when the set is empty; or
 *   when the classifier gives another number of logits.
 * @example
 * ```ts
 * const { accuracy, macroF1 } = await evaluateOn(classifier, validation, 9);
 * // The mean of four views of each photo, where the set has them.
 * const averaged = await evaluateOn(classifier, validation, 9, { views: 4 });
 * ```
 */
export async function evaluateOn(
  classifier: Trainable,
  set: Features,
  classes: number,
  options: InferenceOptions = {},
): Promise<Evaluation> {
  checkFeatures('The set', set, classes);
  const logits = await logitsOf(classifier, set, options);
  if (logits.length !== set.labels.length * classes)
    throw new RangeError(
      `The classifier gives ${logits.length / set.labels.length} logits for each photo; ${classes} classes need as many.`,
    );
  return evaluate(set.labels, probabilities(logits, classes), classes);
}

/**
 * Logits of photos, `[photos, classes]`. Of several views of a photo the probabilities are averaged; what is given then is
 * the logarithm of that mean, whose softmax is the mean again.
 *
 * @throws RangeError when the set has fewer views than are asked for.
 * @example
 * ```ts
 * const logits = await logitsOf(classifier, validation, { signal });
 * const { temperature } = fitCertainty(validation.labels, logits, 9);
 * ```
 */
export async function logitsOf(
  classifier: Trainable,
  set: Features,
  options: InferenceOptions = {},
): Promise<Float32Array> {
  const { views = 1, signal } = options;
  requireKnown('', options, inferenceOptions);
  if (!(Number.isInteger(views) && views >= 1 && views <= set.views))
    throw new RangeError(
      `The set has ${set.views} views of each photo, ${views} cannot be averaged.`,
    );
  const first = await logitsOfView(classifier, set, 0, signal);
  if (views === 1) return first;
  const classes = first.length / set.labels.length;
  const total = probabilities(first, classes);
  for (let view = 1; view < views; view++) {
    const more = probabilities(await logitsOfView(classifier, set, view, signal), classes);
    more.forEach((probability, index) => {
      total[index]! += probability;
    });
  }
  return Float32Array.from(total, sum => Math.log(Math.max(sum / views, 1e-37)));
}

async function logitsOfView(
  classifier: Trainable,
  set: Features,
  view: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const source = checkedSource('The set', set);
  const count = source.labels.length;
  const size = source.shape.reduce((product, side) => product * side, 1);
  const atOnce = Math.max(1, Math.floor(numbersAtOnce / size));
  const parts: Float32Array[] = [];
  for (let start = 0; start < count; start += atOnce) {
    signal?.throwIfAborted();
    const photos = Int32Array.from(
      { length: Math.min(atOnce, count - start) },
      (_, index) => start + index,
    );
    const rows = await source.read(
      photos,
      photos.map(() => view),
    );
    const features = tensor(rows, [photos.length, ...source.shape]);
    try {
      const logits = tidy(() => classifier.apply(features, { training: false }) as Tensor2D);
      parts.push((await logits.data()) as Float32Array);
      logits.dispose();
    } finally {
      features.dispose();
    }
  }
  return parts.length === 1 ? parts[0]! : joined(parts);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
