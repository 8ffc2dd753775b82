import { expect, test } from 'vitest';
import { fieldOf, itemOf, lazyList, listLike, placesWhere } from '../src/lazy-list';

const make = (index: number) => ({ id: `photo ${index}`, size: index });

test('a field of a lazy list is read without its items, if it can be made alone', () => {
  let made = 0;
  const count = (index: number) => {
    made++;
    return make(index);
  };
  const list = lazyList(3, count, { id: index => make(index).id });
  expect([0, 1, 2].map(fieldOf(list, 'id'))).toEqual(['photo 0', 'photo 1', 'photo 2']);
  expect(made).toBe(0);
  expect([0, 1, 2].map(fieldOf(list, 'size'))).toEqual([0, 1, 2]);
  expect(itemOf(list)(2)).toEqual(list[2]);
  expect(made).toBe(5);
});

test('items and fields of an array are its own', () => {
  const list = [make(0), make(1)];
  expect(itemOf(list)(1)).toBe(list[1]);
  expect(fieldOf(list, 'id')(1)).toBe('photo 1');
  expect(listLike(list, 2, index => list[index]!)).toEqual(list);
});

test('places of few items take no room for all', () => {
  expect(placesWhere(1000, place => place % 500 === 7)).toEqual(Uint32Array.of(7, 507));
  expect(placesWhere(1000, place => place === 7).buffer.byteLength).toBe(4);
});
