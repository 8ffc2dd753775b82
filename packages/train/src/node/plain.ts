/** A value that JSON can represent. */
export type Plain =
  | string
  | number
  | boolean
  | null
  | readonly Plain[]
  | { readonly [name: string]: Plain };

/**
 * Converts a value to plain data that survives a round trip through JSON: keys are sorted, undefined fields are left out,
 * typed arrays become lists, NaN and infinities become text, and a function becomes its name.
 */
export function plain(value: unknown): Plain {
  if (value === null || value === undefined) return null;
  if (typeof value === 'function') return `function ${value.name || 'without a name'}`;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(value as ArrayLike<unknown>, plain);
  const entries = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, each]) => [name, plain(each)]));
}

/**
 * The differences between two values of plain data: where they are, the old value, and the new value.
 *
 * @example
 * ```ts
 * differences({ epochs: 20 }, { epochs: 30, seed: 1 });
 * // ['epochs: 20, now 30', 'seed: absent, now 1']
 * ```
 */
export function differences(then: unknown, now: unknown): string[] {
  const [before, after] = [leaves('', plain(then)), leaves('', plain(now))];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter(path => before.get(path) !== after.get(path))
    .map(path => `${path}: ${before.get(path) ?? 'absent'}, now ${after.get(path) ?? 'absent'}`);
}

function leaves(path: string, value: Plain, found = new Map<string, string>()) {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  if (typeof value !== 'object' || value === null || isEmpty)
    return found.set(path || 'all', JSON.stringify(value));
  for (const [name, each] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${name}]` : path === '' ? name : `.${name}`;
    leaves(`${path}${step}`, each as Plain, found);
  }
  return found;
}
