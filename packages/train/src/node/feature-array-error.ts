import { FormatError } from '@shroom/formats';

/**
 * What is wrong with a file of features: the number of its `rows`, the `shape` of its array, or `values` that are not finite.
 */
export type FeatureFault = 'rows' | 'shape' | 'values';

/**
 * Thrown when an npy file is whole, but does not have the features that were asked for. `fault` says why.
 *
 * @example
 * ```ts
 * try {
 *   const file = await openFeatureArray('features.npy', { labels: train.labels });
 *   await file.close();
 * } catch (error) {
 *   if (!(error instanceof FeatureArrayError)) throw error;
 *   console.error(error.fault, error.message); // 'rows', features.npy has 1015 rows, but there are 1016 labels.
 * }
 * ```
 */
export class FeatureArrayError extends FormatError {
  override readonly name = 'FeatureArrayError';
  readonly fault: FeatureFault;

  constructor(path: string, fault: FeatureFault, why: string) {
    super(`${path} ${why}`, { source: path });
    this.fault = fault;
  }
}
