import { expect, test } from 'vitest';
import { toHtml } from '../../src/pictures';
import { mapOf, plain } from './figures';

const photo = plain(2, 2, [0, 0, 0]);
const one = { className: 'A', layer: 'B', method: 'C', map: mapOf([0, 1], 1, 2) };

test('a page’s policy forbids loading anything', async () => {
  const page = await toHtml(photo, [one], { title: 'A' });
  expect(page).toContain(`content="default-src 'none'; img-src data:;`);
  expect(page).not.toMatch(/(src|href)="(?!data:)|url\(|@import|https?:/);
});

test('a page without maps, with a map twice, or with a map that is not finite is refused', async () => {
  const page = (...maps: (typeof one)[]) => toHtml(photo, maps, { title: 'A' });
  await expect(page()).rejects.toThrow(/at least one/);
  await expect(page(one, one)).rejects.toThrow(/'A' at 'B' by 'C' is given twice/);
  const broken = { ...one, map: mapOf([0, Number.NaN], 1, 2) };
  await expect(page(broken)).rejects.toThrow(/not finite numbers/);
});
