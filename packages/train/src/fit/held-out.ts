import { logitsOf } from '../evaluation/inference';
import { selectFrom, type Truth, truthOf } from '../features/feature-set';
import type { Trainable } from '../model/trainable';
import { requireKnown } from '../options/option-names';
import { requireInteger } from '../options/requirements';
import { fit } from './fit';
import { checkTraining, type FitOptions, fitOptions, type TrainingData } from './fit-options';

export interface HeldOutOptions extends Omit<FitOptions, 'from'> {
  /**
   * Numbers of views. For each number, the result has the logits of the average of that many views. Default: only
   * `validationViews`.
   */
  readonly views?: readonly number[];
}

/** Logits and true classes of validation photos, to fit a calibration on. */
export interface HeldOut extends Truth {
  /** Indices into the validation set, fold by fold. */
  readonly samples: Int32Array;
  /** Logits `[samples, classes]` for each number of `views`. */
  readonly logits: readonly Float32Array[];
}

/**
 * Logits of validation photos from classifiers that these photos did not influence: neither through the weights nor through
 * the choice of the best epoch. For each fold, trains a classifier on the same photos, in the same order, as the original
 * one. The validation photos outside the fold choose the epoch whose weights are kept; the logits are those of the photos
 * inside the fold.
 *
 * With few validation photos, use two folds that together hold all of them. With many, one fold with half of the photos is
 * enough and needs only one training.
 *
 * @param start Creates a new classifier with the same initial weights as the classifier to calibrate. The classifier is
 *   disposed afterwards if it has a `dispose` method.
 * @param folds Indices into the validation set, as returned by `kFolds` of `@shroom/data`. No index may be in two folds.
 * @throws RangeError before the first training, for the same reasons as `fit`, and when a fold is empty, holds all photos,
 *   or holds an index that is out of range or in another fold.
 * @example
 * ```ts
 * import { kFolds } from '@shroom/data';
 * import { classifierHead } from '@shroom/head';
 *
 * const start = () => classifierHead(train.channels, 9, { seed: 1 });
 * const folds = kFolds(photos, { folds: 2 }); // the photos of `validation`
 * const data = { train, validation, classes: 9 };
 * const { labels, logits } = await heldOutLogits(start, data, folds, recipes.fast);
 * const certainty = fitCertainty(labels, logits[0]!, 9);
 * ```
 */
export async function heldOutLogits(
  start: () => Trainable & { dispose?(): unknown },
  data: TrainingData,
  folds: readonly ArrayLike<number>[],
  options: HeldOutOptions,
): Promise<HeldOut> {
  const { views = [options.validationViews ?? 1], ...training } = options;
  const { signal } = training;
  const count = data.validation.labels.length;
  const { from, ...known } = fitOptions;
  requireKnown('', options, { ...known, views: true });
  // Validates the whole set before any training, so that errors name the row numbers that the caller knows.
  checkTraining(data, training);
  if (views.length === 0)
    throw new RangeError('views is empty. Give at least one number of views to average.');
  for (const each of views)
    requireInteger('views', each, { least: 1, most: data.validation.views });
  checkFolds(count, folds);
  const samples = folds.flatMap(fold => Array.from(fold));
  const logits = views.map(() => new Float32Array(samples.length * data.classes));
  let before = 0;
  for (const fold of folds) {
    const members = new Set(Array.from(fold));
    const others = Array.from({ length: count }, (_, place) => place).filter(
      place => !members.has(place),
    );
    const held = selectFrom(data.validation, fold);
    const validation = selectFrom(data.validation, others);
    const classifier = start();
    try {
      for await (const { best } of fit(classifier, { ...data, validation }, training)) {
        if (!best) continue;
        for (const [index, each] of views.entries()) {
          const rows = await logitsOf(classifier, held, { views: each, signal });
          logits[index]!.set(rows, before * data.classes);
        }
      }
    } finally {
      classifier.dispose?.();
    }
    before += fold.length;
  }
  return { samples: Int32Array.from(samples), ...truthOf(data.validation, samples), logits };
}

function checkFolds(count: number, folds: readonly ArrayLike<number>[]): void {
  const seen = new Set<number>();
  for (const [index, fold] of folds.entries()) {
    if (fold.length === 0 || fold.length >= count)
      throw new RangeError(
        `Fold ${index} holds ${fold.length} of ${count} validation photos; it should hold at least one and leave ` +
          'at least one, which chooses the epoch.',
      );
    for (const place of Array.from(fold)) {
      if (!(Number.isInteger(place) && place >= 0 && place < count) || seen.has(place))
        throw new RangeError(
          `Fold ${index} holds ${place}; folds should hold indices from 0 to ${count - 1}, each at most once over all folds.`,
        );
      seen.add(place);
    }
  }
  if (folds.length === 0) throw new RangeError('There are no folds. Give at least one.');
}
