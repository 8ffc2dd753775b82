import type { StoredPrecision } from '../file/encoded';

/** @throws RangeError when the weights of an export cannot be stored in this way. */
export function requireStoredPrecision(precision: StoredPrecision): void {
  if (precision !== 'float16' && precision !== 'float32')
    throw new RangeError(`weights should be float16 or float32, not '${precision}'.`);
}
