import type { SamplePrediction } from './hardest';
import { type Interval, shareInterval } from './intervals';

/** Accuracy for each value of one column, the worst first. */
export interface ColumnAccuracy {
  readonly column: string;
  readonly values: readonly ValueAccuracy[];
}

/** Accuracy on the samples that have one value in a column. */
export interface ValueAccuracy {
  /** Empty for those without a value. */
  readonly value: string;
  /** How many samples have it. */
  readonly photos: number;
  /** With Wilson's interval. */
  readonly accuracy: Interval;
}

/** With fewer values there is nothing to compare, with more each has too few samples. */
const [fewestValues, mostValues] = [2, 12];

/**
 * Accuracy by what else is known of samples, such as the camera or the place ("slices"): for each column with 2 to 12 different values,
 * to be without one among them.
 *
 * @param samples Predictions, by their place in `columns`; `hardest` of an `Assessment` is such.
 * @param columns What is known of each sample by the name of its column. Default of a sample: nothing.
 * @returns Columns in the order in which they come first; values from the worst on, of equal ones the more frequent first.
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
