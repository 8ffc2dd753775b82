/**
 * Encodes an unsigned integer of at most 32 bits as LEB128.
 *
 * @throws RangeError when the value is not such an integer, since its bytes would encode another number.
 * @see https://webassembly.github.io/spec/core/binary/values.html#integers
 */
export function unsigned(value: number): number[] {
  inRange('A count, an index or an offset', value, 0, 2 ** 32 - 1);
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

/** Encodes a signed integer as LEB128. It divides because `>>` would lose bits beyond the 32nd. */
export function signed(value: number): number[] {
  const rest = Math.floor(value / 128);
  const done = rest === (value & 64 ? -1 : 0);
  return done ? [value & 127] : [(value & 127) | 128, ...signed(rest)];
}

export function inRange(what: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${what} should be a whole number from ${least} to ${most}, not ${value}.`);
}

/** Encodes the immediate bytes of an instruction: exactly `count` bytes, none larger than `most`. */
export function immediates(
  what: string,
  values: readonly number[],
  count: number,
  most: number,
): number[] {
  if (values.length !== count)
    throw new RangeError(`${what}: ${count} bytes are needed, not ${values.length}.`);
  return values.map(value => inRange(what, value, 0, most));
}
