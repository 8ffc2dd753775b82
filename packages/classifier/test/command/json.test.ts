import { expect, test } from 'vitest';
import { resultLine } from '../../src/command/json';

test.each([
  {},
  { photos: [], missing: undefined, counts: { sure: 0 } },
  {
    first: undefined,
    photos: [{ photo: 'ä".jpg' }, [1, undefined], undefined, Number.NaN],
    path: 'x',
  },
])('the pieces of a result are one line of JSON: %j', result => {
  const line = JSON.stringify({ shroom: 1, verb: 'predict', result });
  expect([...resultLine('predict', result)].join('')).toBe(`${line}\n`);
});

test('no piece is longer than one photo, as a text cannot have the length of a million', () => {
  const photos = Array.from({ length: 100 }, () => ({ photo: 'a'.repeat(1000) }));
  for (const piece of resultLine('predict', { photos })) expect(piece.length).toBeLessThan(1100);
});
