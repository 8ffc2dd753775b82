import { expect, test } from 'vitest';
import { accuracyByColumn, shareInterval } from '../../src/index';

/** Ten samples of class 0; the last three are taken for class 1. */
const samples = Array.from({ length: 10 }, (_, sample) => ({
  sample,
  truth: 0,
  predicted: sample < 7 ? 0 : 1,
}));

test('accuracy for each value, the worst first, with the interval of its own count', () => {
  const columns = samples.map(({ sample }) => ({ camera: sample >= 6 ? 'phone' : 'reflex' }));
  expect(accuracyByColumn(samples, columns)).toEqual([
    {
      column: 'camera',
      values: [
        { value: 'phone', photos: 4, accuracy: shareInterval(1, 4) },
        { value: 'reflex', photos: 6, accuracy: shareInterval(6, 6) },
      ],
    },
  ]);
});

test('samples keep their columns in whatever order they come', () => {
  const columns = samples.map(({ sample }) => ({ camera: sample >= 6 ? 'phone' : 'reflex' }));
  expect(accuracyByColumn([...samples].reverse(), columns)).toEqual(
    accuracyByColumn(samples, columns),
  );
});

test('columns of one value, or of more than twelve, say nothing', () => {
  const many = Array.from({ length: 13 }, (_, sample) => ({ sample, truth: 0, predicted: 0 }));
  const columns = many.map(({ sample }) => ({
    one: 'same',
    each: String(sample),
    twelve: String(sample % 12),
  }));
  const found = accuracyByColumn(many, columns);
  expect(found.map(({ column }) => column)).toEqual(['twelve']);
  expect(found[0]!.values).toHaveLength(12);
});

test('to be without a value is one, also where a column is called __proto__', () => {
  const columns = samples.map(({ sample }) =>
    sample === 9 ? undefined : sample < 5 ? Object.fromEntries([['__proto__', 'wet']]) : {},
  );
  const [found] = accuracyByColumn(samples, columns);
  expect(found!.column).toBe('__proto__');
  expect(found!.values.map(({ value, photos }) => [value, photos])).toEqual([
    ['', 5],
    ['wet', 5],
  ]);
});

test('equally bad values: the more frequent first', () => {
  const columns = samples.map(({ sample }) => ({
    place: sample < 2 ? 'a' : sample < 7 ? 'b' : 'c',
  }));
  const [found] = accuracyByColumn(samples, columns);
  expect(found!.values.map(({ value }) => value)).toEqual(['c', 'b', 'a']);
});

test('photos without columns have none', () => {
  expect(
    accuracyByColumn(
      samples,
      samples.map(() => undefined),
    ),
  ).toEqual([]);
});
