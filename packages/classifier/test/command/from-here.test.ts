import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { asWord, fromHere } from '../../src/command/from-here';

test.each([
  ['runs/pets', 'runs/pets'],
  ['läufe/犬-1.0', 'läufe/犬-1.0'],
  ['my runs', "'my runs'"],
  ["it's", "'it'\\''s'"],
  ['a$b`c', "'a$b`c'"],
  ['a\u001b[31m', "'a\ufffd[31m'"],
])('%j is typed as %s', (path, word) => {
  expect(asWord(path, '/')).toBe(word);
});

test('on Windows, quotes are double', () => {
  expect(asWord('runs\\pets', '\\')).toBe('runs\\pets');
  expect(asWord('my runs\\pets', '\\')).toBe('"my runs\\pets"');
});

test('paths are as short as they can be typed here', () => {
  expect(fromHere(resolve('runs/pets'))).toBe('runs/pets');
  expect(fromHere(resolve('..old/pets'))).toBe('..old/pets');
  expect(fromHere(resolve('../pets'))).toBe(resolve('../pets'));
  expect(fromHere(resolve('.'))).toBe('.');
});
