/** All names of an interface's options. A list with a missing or an additional name does not compile. */
export type NamesOf<Options> = Readonly<Record<keyof Required<Options>, true>>;

/**
 * Checks the names of options, because a misspelled option would be ignored silently.
 *
 * @param where Prefix of the names in the error, such as `columns.`.
 * @throws RangeError naming the unknown option and the known ones.
 */
export function requireKnown(where: string, options: object, known: object): void {
  if (typeof options !== 'object' || options === null)
    throw new RangeError(`${where.slice(0, -1) || 'The options'} should be an object.`);
  for (const [name, value] of Object.entries(options))
    if (value !== undefined && !Object.hasOwn(known, name))
      throw new RangeError(
        `There is no option '${where}${name}'. There are ${Object.keys(known).join(', ')}.`,
      );
}

/** @throws RangeError when a value that is given is not a whole number from `least` to `most`. */
export function requireWhole(
  name: string,
  value: number | undefined,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
  throw new RangeError(
    `${name} should be a whole number, ${range}, not ${JSON.stringify(value) ?? value}.`,
  );
}

/** @throws RangeError when a value that is given is not a number above 0 and at most 1. */
export function requireFactor(name: string, value: number | undefined): void {
  if (value === undefined || (value > 0 && value <= 1)) return;
  throw new RangeError(
    `${name} should be a number above 0, at most 1, not ${JSON.stringify(value) ?? value}.`,
  );
}
