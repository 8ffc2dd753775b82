import { expect, test } from 'vitest';
import { fallbackOf, trainedInt8 } from '../../src/network/precision';

const [plain, int8, exported] = [{}, { computes: 'int8' }, { trainedIn: 'int8' }] as const;
const [here, elsewhere] = [{ int8: {} }, {}];

test.each([
  ['trained in 32 bits', [plain], [elsewhere], false],
  ['int8 that is computed so', [int8], [here], false],
  ['int8 in a browser', [int8], [elsewhere], true],
  ['an export of int8', [exported], [elsewhere], true],
  ['two, the second in int8 as in training', [plain, int8], [elsewhere, here], false],
  ['two, the second not', [plain, int8], [elsewhere, elsewhere], true],
] as const)('a fallback to 32 bits is said: %s', (_, extractors, opened, isSaid) => {
  const said = fallbackOf({ extractors }, opened);
  expect(said !== undefined).toBe(isSaid);
  if (isSaid) expect(said).toMatch(/trained and tested in int8, and computes in 32 bits/);
});

test('a classifier was trained in int8 if one of its networks was', () => {
  expect(trainedInt8({ extractors: [plain, exported] })).toBe(true);
  expect(trainedInt8({ extractors: [{ computes: 'float32' }] })).toBe(false);
  expect(trainedInt8({ extractors: [{ computes: 'int8', trainedIn: 'float32' }] })).toBe(false);
});
