import { type Tensor2D, tensor, tidy } from '@tensorflow/tfjs-core';
import { checkedSource, checkFeatures } from '../features/feature-requirements';
import { type Features, sizeOf } from '../features/feature-set';
import type { Trainable } from '../model/trainable';
import { type NamesOf, requireKnown } from '../options/option-names';
import { type Evaluation, evaluate, probabilities } from './metrics';
import { evaluateMultiLabel, type MultiLabelEvaluation, sigmoids } from './multi-label';

/** Maximum number of input values in one forward pass. This bounds the memory that evaluating feature maps needs. */
const numbersAtOnce = 2 ** 24;

export interface InferenceOptions {
  /** Number of views of each photo whose probabilities are averaged, beginning with the plain view. Default 1. */
  readonly views?: number;
  readonly signal?: AbortSignal;
}

const inferenceOptions: NamesOf<InferenceOptions> = { views: true, signal: true };

/**
 * Evaluates a classifier on the plain view of each photo, or on the average of several views. If the photos have `targets`,
 * the result is a `MultiLabelEvaluation` with thresholds of 0.5.
 *
 * @throws RangeError when a label is not a class or a feature is not a finite number (the error names the row); when the
 *   set is empty; or when the number of logits differs from the number of classes.
 * @example
 * ```ts
 * const { accuracy, macroF1 } = await evaluateOn(classifier, validation, 9);
 * // Averages four views of each photo, if the set has them.
 * const averaged = await evaluateOn(classifier, validation, 9, { views: 4 });
 * ```
 */
export async function evaluateOn(
  classifier: Trainable,
  set: Features,
  classes: number,
  options: InferenceOptions = {},
): Promise<Evaluation | MultiLabelEvaluation> {
  checkFeatures('The set', set, classes);
  const logits = await logitsOf(classifier, set, options);
  if (logits.length !== set.labels.length * classes)
    throw new RangeError(
      `The classifier gives ${logits.length / set.labels.length} logits for each photo; it should give one for ` +
        `each of the ${classes} classes.`,
    );
  return set.targets
    ? evaluateMultiLabel(set.targets, sigmoids(logits), classes)
    : evaluate(set.labels, probabilities(logits, classes), classes);
}

/**
 * Logits of photos, `[photos, classes]`. For several views, the probabilities of the views are averaged, and the result is
 * the logarithm of the mean probabilities; its softmax gives the mean probabilities back. If the photos have `targets`, the
 * sigmoids of the views are averaged, and the result is the logits of the mean sigmoids.
 *
 * @throws RangeError when the set has fewer views than `views`.
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
      `The set has ${set.views} views of each photo; ${views} views cannot be averaged.`,
    );
  const first = await logitsOfView(classifier, set, 0, signal);
  if (views === 1) return first;
  if (set.targets) {
    const each = [first];
    for (let view = 1; view < views; view++)
      each.push(await logitsOfView(classifier, set, view, signal));
    return meanOfSigmoids(each);
  }
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

/**
 * Averages the sigmoids of logits, for example of several views of a photo, and returns the logits of the averages.
 *
 * @example
 * ```ts
 * meanOfSigmoids([[2, -1], [0, -1]]); // [0.8, -1]: the mean of 0.88 and 0.5 is 0.69
 * ```
 */
export function meanOfSigmoids(views: readonly ArrayLike<number>[]): Float32Array {
  const [first] = views;
  if (!first) throw new RangeError('There are no logits to average.');
  const yes = new Float64Array(first.length);
  const no = new Float64Array(first.length);
  for (const logits of views) {
    // Averages sigmoid(x) and sigmoid(-x) separately, because 1 - sigmoid(x) loses digits near 1.
    for (const [index, value] of sigmoids(logits).entries()) yes[index]! += value;
    const negative = Float64Array.from(logits, logit => -logit);
    for (const [index, value] of sigmoids(negative).entries()) no[index]! += value;
  }
  return Float32Array.from(yes, (sum, index) =>
    Math.log(Math.max(sum, 1e-37) / Math.max(no[index]!, 1e-37)),
  );
}

async function logitsOfView(
  classifier: Trainable,
  set: Features,
  view: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const source = checkedSource('The set', set);
  const count = source.labels.length;
  const size = sizeOf(source.shape);
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
