/**
 * Checks options that are counts.
 *
 * @param where The function or layer whose options they are.
 * @throws RangeError with the name of one that is no whole number, or below `least`.
 */
export function requireWhole(
  where: string,
  counts: Readonly<Record<string, number>>,
  least = 1,
): void {
  for (const [name, count] of Object.entries(counts))
    if (!(Number.isInteger(count) && count >= least))
      throw new RangeError(
        `${where}: ${name} should be a whole number, ${least} or more, not ${count}.`,
      );
}
