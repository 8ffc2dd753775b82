import type { SamplePrediction } from './hardest';
import { type Interval, shareInterval } from './intervals';

/** Accuracy for each value of one column, lowest accuracy first. */
export interface ColumnAccuracy {
  readonly column: string;
  readonly values: readonly ValueAccuracy[];
}

/** Accuracy on the samples that have one value in one column. */
export interface ValueAccuracy {
  /** The value; empty for samples without a value. */
  readonly value: string;
  /** Number of samples with this value. */
  readonly photos: number;
  /** Accuracy with Wilson's interval. */
  readonly accuracy: Interval;
}

/** With fewer values there is nothing to compare. With more values, each value has too few samples. */
const [fewestValues, mostValues] = [2, 12];

/**
 * Accuracy on groups ("slices") of samples that share a value in a column of metadata, such as the camera or the place.
 * Uses the columns with 2 to 12 different values; a missing value counts as a value.
 *
 * @param samples Predictions, whose `sample` is an index into `columns`, for example `hardest` of an `Assessment`.
 * @param columns Metadata of each sample by column name. A sample without an entry has no values.
 * @returns Columns in the order in which they first occur. Values are sorted by accuracy, lowest first; for equal accuracy,
 *   the more frequent value comes first.
 * @example
 * ```ts
 * const samples = hardest(labels, probability, 9);
 * const cameras = samples.map((_, sample) => ({ camera: sample % 2 ? 'phone' : 'reflex' }));
 * for (const { column, values } of accuracyByColumn(samples, cameras))
 *   for (const { value, photos, accuracy } of values) console.log(column, value, photos, accuracy.low);
 * ```
 */
export function accuracyByColumn(
  samples: readonly Pick<SamplePrediction, 'sample' | 'truth' | 'predicted'>[],
  columns: readonly (Readonly<Record<string, string>> | undefined)[],
): ColumnAccuracy[] {
  const names = new Set(columns.flatMap(own => Object.keys(own ?? {})));
  return [...names].flatMap(column => {
    const counts = new Map<string, { photos: number; hits: number }>();
    for (const { sample, truth, predicted } of samples) {
      const own = columns[sample] ?? {};
      const value = Object.hasOwn(own, column) ? own[column]! : '';
      const count = counts.get(value) ?? { photos: 0, hits: 0 };
      count.photos++;
      if (truth === predicted) count.hits++;
      counts.set(value, count);
    }
    if (counts.size < fewestValues || counts.size > mostValues) return [];
    const values = [...counts].map(
      ([value, { photos, hits }]): ValueAccuracy => ({
        value,
        photos,
        accuracy: shareInterval(hits, photos),
      }),
    );
    values.sort(
      (a, b) =>
        a.accuracy.value - b.accuracy.value ||
        b.photos - a.photos ||
        (a.value < b.value ? -1 : a.value > b.value ? 1 : 0),
    );
    return [{ column, values }];
  });
}
