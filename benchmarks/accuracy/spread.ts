/** Mean and standard deviation of values, one for each seed. */
export function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

/** Two-sided 95 % quantiles of Student's t distribution, by degrees of freedom from 1. */
const student = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** The 95 % interval of a mean. @throws RangeError for fewer than 2 or more than 10 values. */
export function intervalOfMean(values: readonly number[]): { low: number; high: number } {
  const factor = student[values.length - 2];
  if (factor === undefined)
    throw new RangeError(`2 to 10 values are needed, not ${values.length}.`);
  const { mean, deviation } = spread(values);
  const half = (factor * deviation) / Math.sqrt(values.length);
  return { low: mean - half, high: mean + half };
}
