import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { replaceFile, writeAtomically } from '../../src/node/atomic';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atomic-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a file is replaced as a whole, in folders that are made for it', async () => {
  const path = join(folder, 'below', 'file');
  await writeAtomically(path, 'old');
  await writeAtomically(path, 'new');
  expect(await readFile(path, 'utf8')).toBe('new');
  expect(await readdir(join(folder, 'below'))).toEqual(['file']);
});

/** A rename that is refused so often. */
function refusing(times: number, code: string) {
  let calls = 0;
  return {
    calls: () => calls,
    rename: async () => {
      calls += 1;
      if (calls <= times) throw Object.assign(new Error(code), { code });
    },
  };
}

test.each([
  ['win32', 2, 'EPERM', 3],
  ['win32', 1, 'EBUSY', 2],
  ['win32', 0, 'EPERM', 1],
])(
  'on %s a rename that is refused %i times with %s is tried %i times',
  async (platform, times, code, tries) => {
    const { rename, calls } = refusing(times, code);
    await replaceFile('a', 'b', { platform, rename });
    expect(calls()).toBe(tries);
  },
);

test.each([
  ['linux', 'EPERM'],
  ['win32', 'ENOSPC'],
])('on %s %s is final', async (platform, code) => {
  const { rename, calls } = refusing(1, code);
  await expect(replaceFile('a', 'b', { platform, rename })).rejects.toThrow(code);
  expect(calls()).toBe(1);
});
