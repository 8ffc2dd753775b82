import { type FeatureSet, truthOf } from '../features/feature-set';
import { type Evaluation, evaluate } from './metrics';

/** The photos of one fold as indices. */
export interface Fold {
  /** Index of the fold, from 0. */
  readonly fold: number;
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Mean and standard deviation of a metric over the folds. */
export interface Spread {
  readonly mean: number;
  /** Sample standard deviation (divided by n - 1); NaN for a single fold. */
  readonly deviation: number;
}

export interface CrossValidation {
  /** Evaluation of each fold. */
  readonly folds: readonly Evaluation[];
  /** Evaluation of all samples together, each predicted by the classifier that was not trained on it. */
  readonly pooled: Evaluation;
  /** `[n, classes]`. Each row is predicted by the classifier that was not trained on that sample. */
  readonly probability: Float64Array;
  readonly accuracy: Spread;
  readonly macroF1: Spread;
}

/**
 * Cross-validation: for each fold, trains on all other folds and evaluates on the fold, so every sample is evaluated once.
 *
 * @param labels n class indices.
 * @param folds Indices into the labels. Every sample belongs to exactly one fold, as in the folds that `kFolds` of
 *   `@shroom/data` makes.
 * @param train Trains on the samples `train` and returns the probabilities of the samples `test`, `[test.length, classes]`.
 * @throws RangeError when a sample is in no fold or in several folds, or when the number of probabilities of a fold is
 *   wrong.
 * @example
 * ```ts
 * import { kFolds } from '@shroom/data';
 * import { classifierHead } from '@shroom/head';
 *
 * const { accuracy } = await crossValidate(train.labels, 9, kFolds(photos), async fold => {
 *   const head = classifierHead(train.channels, 9); // a new one for each fold
 *   const data = { train: selectPhotos(train, fold.train), validation, classes: 9 };
 *   for await (const { epoch } of fit(head, data, recipes.fast)) console.log(fold.fold, epoch);
 *   return probabilities(await logitsOf(head, selectPhotos(train, fold.test)), 9);
 * });
 * console.log(accuracy.mean, accuracy.deviation);
 * ```
 */
export async function crossValidate(
  labels: ArrayLike<number>,
  classes: number,
  folds: readonly ArrayLike<number>[],
  train: (fold: Fold) => Promise<ArrayLike<number>> | ArrayLike<number>,
): Promise<CrossValidation> {
  checkFolds(labels.length, folds);
  const probability = new Float64Array(labels.length * classes);
  const evaluations: Evaluation[] = [];
  for (const [fold, members] of folds.entries()) {
    const test = Int32Array.from(members);
    const others = folds.flatMap((other, index) => (index === fold ? [] : Array.from(other)));
    const rows = await train({ fold, train: Int32Array.from(others).sort(), test });
    evaluations.push(
      evaluate(
        test.map(sample => labels[sample]!),
        rows,
        classes,
      ),
    );
    test.forEach((sample, row) => {
      for (let k = 0; k < classes; k++)
        probability[sample * classes + k] = rows[row * classes + k]!;
    });
  }
  return {
    folds: evaluations,
    pooled: evaluate(labels, probability, classes),
    probability,
    accuracy: spread(evaluations.map(({ accuracy }) => accuracy)),
    macroF1: spread(evaluations.map(({ macroF1 }) => macroF1)),
  };
}

/**
 * Selects some photos of a feature set, with all their views.
 *
 * @example
 * ```ts
 * const { values, labels } = selectPhotos(train, [4, 7]); // copies: [2, views, channels] and [2]
 * ```
 */
export function selectPhotos(set: FeatureSet, photos: ArrayLike<number>): FeatureSet {
  const stride = set.views * set.channels;
  const values = new Float32Array(photos.length * stride);
  for (let row = 0; row < photos.length; row++) {
    const start = photos[row]! * stride;
    values.set(set.values.subarray(start, start + stride), row * stride);
  }
  return { ...set, values, ...truthOf(set, photos) };
}

function checkFolds(count: number, folds: readonly ArrayLike<number>[]): void {
  const times = new Uint8Array(count);
  for (const fold of folds) {
    for (let index = 0; index < fold.length; index++) times[fold[index]!]! += 1;
  }
  const odd = times.findIndex(each => each !== 1);
  if (folds.length < 2 || odd >= 0 || folds.some(fold => fold.length === 0)) {
    throw new RangeError(
      `Every sample should be in exactly one of two or more folds, and no fold should be empty; there are ${folds.length} folds` +
        `${odd >= 0 ? `, and sample ${odd} is in ${times[odd]} of them` : ''}.`,
    );
  }
}

function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}
