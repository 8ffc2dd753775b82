import { expect, test } from 'vitest';
import { ClassifierFileError } from '../../src/errors';
import { formatClassifierFile, parseClassifierFile } from '../../src/file/classifier-file';
import type { ClassifierFile } from '../../src/file/schema';
import { file, sha256 } from './example-file';

const parsed = (value: unknown) => parseClassifierFile(JSON.stringify(value), 'classifier.json');

test('a formatted file parses to the same content', () => {
  expect(parseClassifierFile(formatClassifierFile(file), 'classifier.json')).toEqual(file);
});

test('networks that compute int8 need their ranges', () => {
  const [extractor] = file.extractors;
  const int8: ClassifierFile = { ...file, extractors: [{ ...extractor!, computes: 'int8' }] };
  expect(() => parsed(int8)).toThrow(/ranges should be there for networks that compute int8/);
  const whole = { ...int8, ranges: { path: 'int8.json', sha256 } };
  expect(parsed(whole)).toEqual(whole);
});

test('a file has version 2 if a network computes int8, which packages that read version 1 would ignore', () => {
  const [extractor] = file.extractors;
  const int8 = {
    ...{ ...file, ranges: { path: 'int8.json', sha256 } },
    extractors: [extractor!, { ...extractor!, computes: 'int8' as const }],
  };
  expect(JSON.parse(formatClassifierFile(int8)).version).toBe(2);
  expect(parseClassifierFile(formatClassifierFile(int8), 'classifier.json').version).toBe(2);
  const trained = { ...extractor!, trainedIn: 'int8' as const };
  const exported: ClassifierFile = { ...file, version: 2, extractors: [trained] };
  expect(parsed(JSON.parse(formatClassifierFile(exported)))).toEqual({ ...exported, version: 1 });
});

const several: ClassifierFile = {
  ...file,
  task: 'multi-label',
  certainty: [{ ...file.certainty[0]!, thresholds: [0.4, 0.6] }],
};

test("a file for the task 'multi-label' has a threshold for each class", () => {
  expect(parseClassifierFile(formatClassifierFile(several), 'classifier.json')).toEqual(several);
  const one = { ...file, task: 'single-label' } as const;
  expect(parseClassifierFile(formatClassifierFile(one), 'classifier.json')).toEqual(one);
});

const withThresholds = (thresholds: unknown) => ({
  ...several,
  certainty: [{ ...several.certainty[0], thresholds }],
});

test.each<[string, unknown, RegExp]>([
  [
    'several classes without thresholds',
    { ...file, task: 'multi-label' },
    /a threshold for each class/,
  ],
  ['thresholds of another number of classes', withThresholds([0.5]), /a threshold for each class/],
  ['a threshold above 1', withThresholds([0.5, 1.5]), /certainty\.0\.thresholds\.1/],
  ['a threshold below 0', withThresholds([-0.1, 0.5]), /certainty\.0\.thresholds\.0/],
  ['a threshold that is not a number', withThresholds([null, 0.5]), /certainty\.0\.thresholds\.0/],
  ["thresholds for the task 'single-label'", { ...several, task: 'single-label' }, /alone/],
  ['thresholds without a task', { ...several, task: undefined }, /alone/],
  ['an unknown task', { ...several, task: 'regression' }, /task/],
  [
    'temperature 0',
    { ...file, certainty: [{ ...file.certainty[0], temperature: 0 }] },
    /certainty\.0\.temperature/,
  ],
  [
    'a size of 1e9',
    {
      ...file,
      extractors: [
        {
          ...file.extractors[0],
          preprocessing: { ...file.extractors[0]!.preprocessing, size: [1e9, 1e9] },
        },
      ],
    },
    /size/,
  ],
  [
    'a billion views',
    { ...file, views: 1e9, certainty: [{ ...file.certainty[0], views: 1e9 }] },
    /views/,
  ],
  [
    'classes left out of another number',
    { ...file, novelty: { ...file.novelty, leftOut: [0.5] } },
    /a number for each class/,
  ],
  ['a class twice', { ...file, classes: ['cat', 'cat'] }, /no name twice/],
  ['one class', { ...file, classes: ['cat'] }, /classes/],
  [
    'a path that leaves the folder',
    { ...file, head: { ...file.head, path: '../../etc/passwd' } },
    /below the folder/,
  ],
  [
    'an absolute path',
    { ...file, head: { ...file.head, path: '/etc/passwd' } },
    /below the folder/,
  ],
  ['an invalid hash', { ...file, head: { ...file.head, sha256: 'x' } }, /hexadecimal/],
  ['no certainty for its views', { ...file, views: 4 }, /number of views/],
  [
    'counts of other classes',
    { ...file, trainedOn: { ...file.trainedOn, perClass: [1] } },
    /each class/,
  ],
  [
    'covariances without frames',
    { ...file, extractors: [{ ...file.extractors[0], pooling: 'covariance' }] },
    /frames/,
  ],
  [
    'an unknown precision',
    { ...file, extractors: [{ ...file.extractors[0], precision: 'int3' }] },
    /precision/,
  ],
  ['no extractor', { ...file, extractors: [] }, /extractors/],
  [
    'a NaN',
    { ...file, certainty: [{ ...file.certainty[0], temperature: Number.NaN }] },
    /temperature/,
  ],
])('%s is refused, and the message says where', (_, value, message) => {
  expect(() => parsed(value)).toThrow(ClassifierFileError);
  expect(() => parsed(value)).toThrow(message);
});

test('for a file without a version, the error says to train again', () => {
  const old = {
    backbone: { name: 'resnet50', size: 299 },
    classes: ['a', 'b'],
    head: 'checkpoints/best.safetensors',
  };
  expect(() => parsed(old)).toThrow(/before the format had versions. Train the classifier again/);
});

test('for another version, the error says what to do', () => {
  expect(() => parsed({ ...file, version: 3 })).toThrow(
    /version 3; this package reads versions 1 and 2. Install a newer one/,
  );
  expect(() => parsed({ ...file, version: 0 })).toThrow(/Train the classifier again/);
});

test.each(['', '{', 'null', '[]', '3', '{}', '"x"'])('%j is refused as a classifier.json', text => {
  expect(() => parseClassifierFile(text, 'classifier.json')).toThrow(ClassifierFileError);
});
