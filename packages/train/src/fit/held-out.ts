import { logitsOf } from '../evaluation/inference';
import { selectFrom, type Truth, truthOf } from '../features/feature-set';
import type { Trainable } from '../model/trainable';
import { requireKnown } from '../options/option-names';
import { requireInteger } from '../options/requirements';
import { fit } from './fit';
import { checkTraining, type FitOptions, fitOptions, type TrainingData } from './fit-options';

export interface HeldOutOptions extends Omit<FitOptions, 'from'> {
  /** For each number, logits of an average of as many views of a photo. Default: that of `validationViews` alone. */
  readonly views?: readonly number[];
}

/** What can be calibrated on. */
export interface HeldOut extends Truth {
  /** Places in the validation set, fold by fold. */
  readonly samples: Int32Array;
  /** `[samples, classes]`, for each number of `views`. */
  readonly logits: readonly Float32Array[];
}

/**
 * Logits of validation photos that had no part in what made them: not in the weights, and not in the choice of the epoch.
 * Trains once for each fold as the classifier itself was trained, on the same photos, in the same order; the epoch whose
 * weights are kept is chosen by the validation photos that are not in the fold, and evaluates those that are.
 *
 * Two folds that hold all validation photos are right where there are few. Where there are many, one fold with half of
 * them is enough, and trains once only.
 *
 * @param start A new classifier with the first weights of the one to be calibrated. It is disposed of if it can be.
 * @param folds Places in the validation set, as `kFolds` of `@shroom/data` makes them; no place may be in two.
 * @throws RangeError as `fit` does, before the first training; when a fold is empty, holds all photos, or holds what is no place or in another fold.
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
  // Before anything is trained, and while a row has the number that the caller knows it by.
  checkTraining(data, training);
  if (views.length === 0)
    throw new RangeError('views is empty; it should say how many views are averaged.');
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
        `Fold ${index} holds ${fold.length} of ${count} validation photos; it should hold some, and leave some that choose the epoch.`,
      );
    for (const place of Array.from(fold)) {
      if (!(Number.isInteger(place) && place >= 0 && place < count) || seen.has(place))
        throw new RangeError(
          `Fold ${index} holds ${place}; it should hold places of 0 to ${count - 1}, none of them in two folds or twice in one.`,
        );
      seen.add(place);
    }
  }
  if (folds.length === 0) throw new RangeError('There are no folds; one or more are needed.');
}
