import { expect, test } from 'vitest';
import { storedFeatures } from '../../src/shards/kinds/features';

test('features are stored little-endian, in 32 or 16 bits', () => {
  const bytes = (cell: object) =>
    Buffer.from((cell as { row: string }).row, 'base64').toString('hex');
  expect(bytes(storedFeatures(Float32Array.of(1, -2), 'float32'))).toBe('0000803f000000c0');
  expect(bytes(storedFeatures(Float32Array.of(1, -2), 'float16'))).toBe('003c00c0');
});

test.each([
  [Number.NaN, 'float32', 'computes NaN'],
  [Number.POSITIVE_INFINITY, 'float32', 'computes Infinity'],
  [Number.NEGATIVE_INFINITY, 'float16', 'computes -Infinity'],
  [65_520, 'float16', 'too large for float16'],
] as const)(
  'a photo whose features have %d in %s gets a row with an error',
  (value, dtype, why) => {
    const cell = storedFeatures(Float32Array.of(1, value), dtype);
    expect(cell).not.toHaveProperty('row');
    expect(cell).toMatchObject({ error: expect.stringContaining(why) });
  },
);
