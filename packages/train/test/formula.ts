/** Numbers of -0.5 to 0.5 times `scale`, as tools/reference/train.py computes them. */
export function formula(count: number, salt: number, scale = 1): Float64Array {
  return Float64Array.from(
    { length: count },
    (_, index) => (((index * 7919 + salt * 104729 + 13) % 1009) / 1009 - 0.5) * scale,
  );
}
