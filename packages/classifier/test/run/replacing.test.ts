import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { finishReplacing, isReplacing, newOf, replaceRun } from '../../src/run/replacing';

const [before, after] = [
  ['run.json', 'a.csv', 'old.csv'],
  ['run.json', 'a.csv', 'new.csv'],
] as const;
let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'replacing-'));
  folder = join(parent, 'run');
  for (const [place, names, text] of [
    [folder, before, 'old'],
    [newOf(folder), after, 'new'],
  ] as const) {
    await mkdir(place);
    for (const name of names) await writeFile(join(place, name), text);
  }
  await writeFile(join(folder, '.lock'), '');
});
afterEach(() => rm(parent, { recursive: true }));

async function expectRun(names: readonly string[], text: string): Promise<void> {
  expect((await readdir(folder)).sort()).toEqual(['.lock', ...names].sort());
  for (const name of names) expect(await readFile(join(folder, name), 'utf8')).toBe(text);
}

/** What an interruption leaves after some files were moved. */
async function interrupted(aside: number, fresh: number): Promise<void> {
  const place = join(folder, '.replacing');
  await mkdir(place);
  for (const name of before.slice(0, aside)) await rename(join(folder, name), join(place, name));
  if (aside < before.length) return;
  await rename(place, join(folder, '.replaced'));
  for (const name of after.slice(0, fresh))
    await rename(join(newOf(folder), name), join(folder, name));
}

test('a run is replaced as a whole', async () => {
  await replaceRun(folder);
  await expectRun(after, 'new');
  expect(await readdir(parent)).toEqual(['run']);
});

test.each([
  [0, 0],
  [1, 0],
  [2, 0],
  [3, 0],
  [3, 1],
  [3, 2],
  [3, 3],
])('interrupted after %i old and %i new files, it is completed', async (aside, fresh) => {
  await interrupted(aside, fresh);
  expect(isReplacing(folder)).toBe(true);
  await finishReplacing(folder);
  await expectRun(after, 'new');
  expect(isReplacing(folder)).toBe(false);
  expect(await readdir(parent)).toEqual(['run']);
});

test('if somebody has removed the new run meanwhile, the old one is restored', async () => {
  await interrupted(2, 0);
  await rm(newOf(folder), { recursive: true });
  await finishReplacing(folder);
  await expectRun(before, 'old');
});

test('a run that is not replaced stays as it is', async () => {
  await finishReplacing(folder);
  await expectRun(before, 'old');
});
