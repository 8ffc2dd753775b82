import { expect, test } from 'vitest';
import { cosinesOf, inWords, isTaken } from '../../src/training/precision';

test('auto takes integers that are 1.1 times as fast, whose features have a mean cosine of 0.99', () => {
  expect(isTaken({ faster: 1.1, cosine: 0.99 })).toBe(true);
  expect(isTaken({ faster: 1.09, cosine: 0.999 })).toBe(false);
  expect(isTaken({ faster: 3, cosine: 0.989 })).toBe(false);
});

test('a sentence says what is computed, and why', () => {
  const network = { backbone: { name: 'resnet50' } };
  const said = (computes: 'int8' | 'float32', faster: number, cosine: number) =>
    inWords(network, { computes, measured: { faster, cosine } });
  expect(said('int8', 2.104, 0.99851)).toBe(
    'resnet50 computes features in int8: it is 2.10 times as fast as float32 on this machine, and its features have a mean cosine of 0.9985 with those of float32',
  );
  expect(said('float32', 0.8, 0.998)).toMatch(
    /in float32: int8 is 0\.80 times as fast .* 0\.9980 .*; it is taken from 1\.1 times and 0\.99 on$/,
  );
  expect(inWords(network, { computes: 'float32' })).toMatch(/no layer of it can compute/);
  const reason = "the engine 'wasm' has no integers of 8 bits";
  expect(inWords(network, { computes: 'float32', reason })).toBe(
    `resnet50 computes features in float32: ${reason}`,
  );
});

test('the cosine of each row is 1 in the same direction, 0 across, -1 against', () => {
  const one = Float32Array.of(3, 4, 1, 0, 1, 1, 0, 0);
  const other = Float32Array.of(6, 8, 0, 2, -1, -1, 0, 0);
  const found = cosinesOf(one, other, 2);
  expect(found.map(each => Math.round(each * 1e6) / 1e6)).toEqual([1, 0, -1, 1]);
});

test('a row that is no finite number is like no other, so that the mean stays a number', () => {
  const one = Float32Array.of(3, NaN, 3, Infinity, 1, 0, 1e-20, 0);
  const other = Float32Array.of(3, 4, 3, 4, 0, 0, 1e-20, 0);
  expect(cosinesOf(one, other, 2)).toEqual([0, 0, 0, 1]);
});
