import type { Photo } from '@shroom/data';
import { PhotoSetError } from '@shroom/data/node';
import { expect, test } from 'vitest';
import { checked } from '../../src/photos/checked-set';

const photo = (id: string, label: number, labels?: readonly number[]): Photo => ({
  ...{ id, label, sha256: 'a'.repeat(64), origin: { kind: 'file', path: id } },
  ...(labels && { labels }),
});
const set = (classes: readonly string[], ...photos: readonly Photo[]) => ({
  ...{ name: 'mine', classes, photos, findings: [] },
});

test('a set without mistakes is returned as it is', () => {
  const good = set(['a', 'b'], photo('1', 0, [0, 1]), photo('2', 0, []), photo('3', 1));
  expect(checked(good)).toBe(good);
});

test.each([
  [set(['a', 'a']), /^mine: the class 'a' is there twice/],
  [set(['a', '']), /the name of a class should be a text of 1 to 10000 characters, not ''/],
  [set(['a', 'b'.repeat(10_001)]), /not the 10001 of 'b{40}…'/],
  [set(['a', 3 as unknown as string]), /not 3/],
  [set(['a', 'b'], photo('1', 0), photo('1', 1)), /the photo '1' is there twice/],
  [set(['a', 'b'], photo('1', 2)), /the photo '1' has the label 2, but there are 2 classes/],
  [set(['a', 'b'], photo('1', -1)), /label -1/],
  [set(['a', 'b'], photo('1', Number.NaN)), /label NaN/],
  [set(['a', 'b'], photo('1', 0, [0, 7])), /label 7/],
  [set(['a', 'b'], photo('1', 0, [0, 0])), /label twice: 0, 0/],
])('mistake %#', (wrong, message) => {
  expect(() => checked(wrong)).toThrow(PhotoSetError);
  expect(() => checked(wrong)).toThrow(message);
});
