import { readFileSync } from 'node:fs';
import { probabilities } from '../../src/index';
import { formula } from '../formula';

/** What tools/reference/evaluation.py wrote. */
export const reference = JSON.parse(
  readFileSync(new URL('../reference/evaluation.json', import.meta.url), 'utf8'),
);

const patterns = [
  [0.4, 0.3, 0.2, 0.1],
  [0.4, 0.4, 0.1, 0.1],
  [0.25, 0.25, 0.25, 0.25],
  [0.7, 0.1, 0.1, 0.1],
];

/** Rows of four with ties within them and between them. */
export function ties(count: number): Float64Array {
  return Float64Array.from({ length: count * 4 }, (_, place) => {
    const index = Math.floor(place / 4);
    const rotation = (7 * index + Math.floor(index / 3)) % 4;
    return patterns[index % 4]![((place % 4) - rotation + 4) % 4]!;
  });
}

function smooth(count: number, classes: number, truth: readonly number[], salt: number) {
  return formula(count * classes, salt, 6).map((value, place) => {
    const [row, k] = [Math.floor(place / classes), place % classes];
    return value + (truth[row] === k ? 1.5 : 0) + 0.001 * row * k;
  });
}

export const several = Array.from({ length: 40 }, (_, i) => (7 * i + Math.floor(i / 3)) % 4);
export const two = Array.from({ length: 31 }, (_, i) => (5 * i + Math.floor(i / 4)) % 2);
export const tied = Array.from({ length: 48 }, (_, i) => (3 * i + Math.floor(i / 5)) % 4);
export const logits = {
  absent: smooth(40, 5, several, 3).map((value, place) => value - (place % 5 === 4 ? 20 : 0)),
  two: smooth(31, 2, two, 4),
};

const certain = [1, 0, 0, 0, 1, 0, 0.5, 0.5, 0, 0, 0, 1, 0.2, 0.3, 0.5, 1, 0, 0];

/** The probabilities of each case of the reference, by its name. */
export const cases: Readonly<Record<string, ArrayLike<number>>> = {
  'a class that never occurs': probabilities(logits.absent, 5),
  'two classes': probabilities(logits.two, 2),
  ties: ties(48),
  'a single class': ties(10),
  'probabilities of 0 and 1': certain,
};
