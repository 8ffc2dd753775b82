import { expect, test } from 'vitest';
import { inWords, printAnswer, printBars } from '../../src/command/answer';
import { predictionOf } from '../../src/serving/answer';
import { screenOf } from './screen';

const file = { classes: ['cat', 'dog', 'wolf'] };
const certainty = { views: 1, temperature: 1, threshold: 0.3, coverage: 0.9 };
const said = (logits: number[], score = 0) =>
  predictionOf('a.jpg', file, Float32Array.from(logits), certainty, { score, threshold: 0.5 });

test('a photo that is unlike all training photos is called so before any class', () => {
  expect(inWords(said([3, 0, 0]))).toBe('cat, 91 %');
  expect(inWords(said([3, 0, 0], 1))).toBe('unlike all training photos; most like cat, 91 %');
  expect(inWords(said([1, 1, -9]))).toBe('not sure: cat or dog');
});

test('names from data cannot control the terminal', () => {
  const evil = { classes: ['cat\u001b[31m', 'dog'] };
  const answer = predictionOf('a.jpg', evil, Float32Array.of(3, 0), certainty, undefined);
  const { printer, text } = screenOf(80);
  printAnswer(printer, 'a\u001b[2J.jpg', inWords(answer), 10);
  printBars(printer, answer, 5);
  expect(text()).not.toContain('\u001b');
  expect(text()).toContain('cat\ufffd[31m, 95 %');
});

test('an answer stands below a long name', () => {
  const { printer, text } = screenOf(50);
  printAnswer(printer, 'a.jpg', 'cat, 91 %', 10);
  printAnswer(printer, 'a-folder/with-a-long-name/and-a-photo.jpg', 'cat, 91 %', 10);
  expect(text()).toBe(
    '  a.jpg       cat, 91 %\n  a-folder/with-a-long-name/and-a-photo.jpg\n    cat, 91 %\n',
  );
});

test('bars rank the classes and fit the terminal', () => {
  const { printer, text } = screenOf(50);
  printBars(printer, said([3, 1, 0]), 2);
  const lines = text().trimEnd().split('\n');
  expect(lines.map(line => line.trim().split(' ')[0])).toEqual(['cat', 'dog', 'and']);
  expect(lines[2]).toBe('    and 1 class more');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(50);
});
