/** All names of an interface's options. A list with a missing or an additional name does not compile. */
export type NamesOf<Options> = Readonly<Record<keyof Required<Options>, true>>;

/**
 * Checks the names of options, because a misspelled option would be ignored silently.
 *
 * @param where Prefix of the option names in the error, such as `followedBy[0].`.
 * @throws RangeError naming the unknown option and the one that was probably meant.
 */
export function requireKnown(where: string, options: object, known: object): void {
  const names = Object.keys(known);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || names.includes(name)) continue;
    const near = nearest(name, names);
    const meant = near === undefined ? '' : ` Did you mean ${near}?`;
    throw new RangeError(
      `There is no option ${where}${name}.${meant} The options are ${names.join(', ')}.`,
    );
  }
}

/** The known name with the smallest edit distance, if that is small enough. Upper and lower case count as equal. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map(each => ({ each, changes: changesBetween(name.toLowerCase(), each.toLowerCase()) }))
    .sort((a, b) => a.changes - b.changes);
  return best && best.changes <= Math.max(1, name.length / 3) ? best.each : undefined;
}

/** Levenshtein distance: the number of letters to insert, remove or replace. */
function changesBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++)
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (from[i] === to[j] ? 0 : 1)));
    row = next;
  }
  return row[to.length]!;
}
