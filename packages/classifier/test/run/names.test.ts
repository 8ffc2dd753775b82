import { win32 } from 'node:path';
import { expect, test } from 'vitest';
import { fileName, forTerminal } from '../../src/run/names';

test.each([
  ['Amanita muscaria', 'Amanita muscaria'],
  ['Pilz é', 'Pilz é'],
  ['../../../../escaped/pwn', '________escaped_pwn'],
  ['/', '_'],
  ['', '_'],
  ['...', '_'],
  ['a\u0007b', 'a_b'],
  ['con', '_con'],
  ['NUL.txt', '_NUL.txt'],
  ['trailing. ', 'trailing'],
  ['a:b*c?', 'a_b_c_'],
])('%j becomes %j', (name, expected) => {
  const found = fileName(name);
  expect(found).toBe(expected);
  expect(win32.basename(found)).toBe(found);
});

test('a long name is shortened without splitting a character', () => {
  expect([...fileName('🍄'.repeat(200))].length).toBeLessThanOrEqual(60);
  expect(fileName('a'.repeat(200))).toBe('a'.repeat(60));
});

test('control characters and marks of text direction do not reach a terminal', () => {
  expect(forTerminal('a\u001b[31mb\u202ec')).toBe('a\ufffd[31mb\ufffdc');
});
