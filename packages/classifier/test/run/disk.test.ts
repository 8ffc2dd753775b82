import { join } from 'node:path';
import { cacheFolder } from '@shroom/models/node';
import { expect, test } from 'vitest';
import { RunFolderError } from '../../src/errors';
import { ofTheDisk, ofTheResult } from '../../src/run/disk';

const folder = '/runs/pets';
const fault = (code: string, path?: string) =>
  Object.assign(new Error(code), { code, syscall: 'open', ...(path && { path }) });

test.each([
  ['ENOSPC', undefined, /^\/runs\/pets cannot be written: the disk is full\. Make room/],
  ['EACCES', '/runs/pets/run.json', /run\.json\): writing there is not permitted\. Give another/],
  ['EROFS', '/runs/pets.new/cams', /read-only\. Give another folder with --out/],
  ['EACCES', join(cacheFolder(), 'features/x'), /not permitted\. It keeps .* by SHROOM_CACHE\.$/],
])('%s at %s says what to do', (code, path, message) => {
  const found = ofTheDisk(folder, fault(code, path));
  expect(found).toBeInstanceOf(RunFolderError);
  expect((found as Error).message).toMatch(message);
});

test.each([
  ['ENOSPC', 'write', undefined, true],
  ['EROFS', 'open', '/results/pets.csv.4c30ca7a-62bd-4241-9de6-64497fc8db56.part', true],
  ['EACCES', 'open', '/results/pets.csv.4c30ca7a-62bd-4241-9de6-64497fc8db56.part', true],
  ['ENOENT', 'mkdir', '/results/pets.csv/pictures', true],
  ['ENOENT', 'mkdir', '/results', true],
  ['ENOTDIR', 'lstat', '/results/pets.csv.data', true],
  ['EACCES', 'mkdir', '/other', false],
  ['ENOENT', 'open', '/results', false],
  ['EACCES', 'open', '/results/pets.csv.shards/00000/rows', false],
  ['ENOENT', 'open', '/results/pets.csv', false],
])('%s in %s of %s is of a result: %s', (code, syscall, path, isOfResult) => {
  const error = Object.assign(new Error(code), { code, syscall, ...(path && { path }) });
  const found = ofTheResult('/results/pets.csv', error);
  expect(found instanceof RunFolderError).toBe(isOfResult);
  if (!isOfResult) expect(found).toBe(error);
});

test('only a run goes on from what is stored', () => {
  const full = fault('ENOSPC');
  expect((ofTheDisk(folder, full) as Error).message).toMatch(/command: it continues from what is/);
  expect((ofTheResult(folder, full) as Error).message).toMatch(/repeat the same command\.$/);
});

test('a folder above that cannot be made is said, with the option that names another one', () => {
  const error = Object.assign(new Error(), { code: 'ENOENT', syscall: 'mkdir', path: '/runs' });
  expect(ofTheDisk(folder, error, '--results')).toMatchObject({
    name: 'RunFolderError',
    message:
      '/runs/pets cannot be written (/runs): the folder cannot be made there. Give another folder with --results.',
  });
});

test('a photo that must not be read is not taken for a folder that must not be written', () => {
  const error = fault('EACCES', '/photos/cat/1.jpg');
  expect(ofTheDisk(folder, error)).toBe(error);
  const near = fault('EACCES', '/runs/pets-of-others/1.jpg');
  expect(ofTheDisk(folder, near)).toBe(near);
});

test('errors of other kinds stay as they are', () => {
  for (const error of [new RangeError('no'), fault('ENOENT'), undefined])
    expect(ofTheDisk(folder, error)).toBe(error);
});
