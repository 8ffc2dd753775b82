/** The range that a number has to be in. Without bounds, any finite number is allowed. */
export interface Bounds {
  readonly least?: number;
  readonly above?: number;
  readonly most?: number;
  readonly below?: number;
  /** Whether `Infinity` is allowed. */
  readonly infinite?: boolean;
}

/**
 * @param name Name of the option, as the caller wrote it.
 * @throws RangeError naming the option, the expected range, and the actual value.
 */
export function requireNumber(name: string, value: number, bounds: Bounds): void {
  if (!isWithin(value, bounds)) throw mismatch(name, `a number${inWords(bounds)}`, value);
}

/** @throws RangeError naming the option, the expected range, and the actual value. */
export function requireInteger(name: string, value: number, bounds: Bounds): void {
  const isWhole = Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY;
  if (!isWhole || !isWithin(value, bounds))
    throw mismatch(name, `a whole number${inWords(bounds)}`, value);
}

/** @throws RangeError naming the option, all possible values, and the actual value. */
export function requireOneOf(name: string, value: unknown, known: readonly unknown[]): void {
  if (!known.includes(value))
    throw mismatch(name, known.map(each => `'${each}'`).join(' or '), value);
}

/**
 * Checks the type of an option. An `undefined` option was left out, and passes.
 *
 * @throws RangeError naming the option.
 */
export function requireKind(
  name: string,
  value: unknown,
  kind: 'a function' | 'an object' | 'a list' | 'an object or a function',
): void {
  if (value === undefined) return;
  const isObject = typeof value === 'object' && value !== null;
  const isOne = {
    'a function': typeof value === 'function',
    'an object': isObject,
    'a list': Array.isArray(value),
    'an object or a function': isObject || typeof value === 'function',
  };
  if (!isOne[kind]) throw mismatch(name, kind, value);
}

/** The error for an unknown name, which lists the known names. */
export function unknownName(kind: string, name: unknown, known: readonly string[]): RangeError {
  return new RangeError(`There is no ${kind} '${name}'. Known names: ${known.join(', ')}.`);
}

/** Returns the result of `make`. Prefixes the message of its errors with `where`. */
export function within<T>(where: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`${where}: ${error.message}`, { cause: error });
  }
}

function isWithin(value: number, { least, above, most, below, infinite = false }: Bounds): boolean {
  if (typeof value !== 'number') return false;
  if (!Number.isFinite(value)) return infinite && value === Number.POSITIVE_INFINITY;
  return (
    (least === undefined || value >= least) &&
    (above === undefined || value > above) &&
    (most === undefined || value <= most) &&
    (below === undefined || value < below)
  );
}

/** The range in words, such as `0 to 1`, `above 0` or `1 or more`; empty if any finite number is allowed. */
function inWords({ least, above, most, below, infinite }: Bounds): string {
  const lower = least ?? (above === undefined ? undefined : `above ${above}`);
  const upper = most ?? (below === undefined ? undefined : `below ${below}`);
  const range = upper === undefined ? lower : `${lower} to ${upper}`;
  if (range === undefined) return '';
  const open = upper === undefined && least !== undefined ? ' or more' : '';
  return `, ${range}${open}${infinite ? ' or Infinity' : ''}`;
}

const mismatch = (name: string, expected: string, value: unknown) =>
  new RangeError(`${name} should be ${expected}, not ${shown(value)}.`);

const shown = (value: unknown) => (typeof value === 'string' ? `'${value}'` : String(value));
