import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClassifierFileError } from '../../src/errors';
import { type ChosenPrecision, parseRanges, readChosen, writeRanges } from '../../src/file/ranges';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-ranges-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const weights = 'a'.repeat(64);
const chosen: ChosenPrecision[] = [
  {
    ...{ weights, computes: 'int8', measured: { faster: 2.1, cosine: 0.998 } },
    ranges: new Map([
      ['images', [-2.1179039478302, 2.640000104904175]],
      ['conv1', [0, 6]],
    ]),
  },
  { weights, computes: 'float32', reason: 'int8 is impossible (a reason)' },
];

test('ranges come back from the file to the last bit, in the same order', async () => {
  expect(await readChosen(folder)).toBeUndefined();
  await writeRanges(folder, chosen);
  const found = await readChosen(folder);
  expect(found).toEqual(chosen);
  expect([...found![0]!.ranges!.keys()]).toEqual(['images', 'conv1']);
});

test.each([
  ['{', /not valid JSON/],
  ['{}', /format: .*missing|format: Invalid/],
  ['[1]', /Invalid/],
])('%s is no such file, and the error says where', (text, message) => {
  const parse = () => parseRanges(new TextEncoder().encode(text), 'run/int8.json');
  expect(parse).toThrow(ClassifierFileError);
  expect(parse).toThrow(message);
  expect(parse).toThrow(/^run\/int8\.json: it is damaged \(/);
});

test('integers without ranges, or with a range of no two numbers or in the wrong order, are refused', async () => {
  await writeRanges(folder, chosen);
  const text = await readFile(join(folder, 'int8.json'), 'utf8');
  for (const damaged of [
    text.replace('"ranges"', '"range"'),
    text.replace('[0,6]', '[0]'),
    text.replace('[0,6]', '[0,null]'),
    text.replace('[0,6]', '[6,0]'),
    text.replace('"int8"', '"int4"'),
  ]) {
    expect(damaged).not.toBe(text);
    expect(() => parseRanges(new TextEncoder().encode(damaged), 'int8.json')).toThrow(
      ClassifierFileError,
    );
  }
});
