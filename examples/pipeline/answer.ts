/** The output as one probability per class. A single sigmoid is the probability of "yes", class 1; "no" has the rest. */
export const byClass = (output: Float32Array, classes: number): number[] =>
  classes === 2 && output.length === 1 ? [1 - output[0]!, output[0]!] : [...output];
