import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FeatureCache, jobNeeds, listFeatures, pruneFeatures } from '../../src/node/index';

const day = 24 * 3600e3;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-features-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A cache of so many views of three features, as if written and opened so many days ago. */
async function make(name: string, views: number, written: number, opened = written) {
  const before = (await listFeatures(folder)).map(({ path }) => path);
  const cache = await FeatureCache.open(folder, name, 3);
  for (let view = 0; view < views; view++) await cache.write(`${view}`, Float32Array.of(1, 2, 3));
  await cache.close();
  const path = (await listFeatures(folder)).find(file => !before.includes(file.path))!.path;
  const ago = (days: number) => new Date(Date.now() - days * day);
  await utimes(path, ago(opened), ago(written));
  return path;
}

async function fill() {
  const paths = [await make('a', 4, 30, 2), await make('b', 2, 20), await make('c', 1, 3)];
  const foreign = ['notes.txt', 'x.features', `${'a'.repeat(32)}.features.bak`].map(name =>
    join(folder, name),
  );
  for (const path of foreign) {
    await writeFile(path, 'x');
    await utimes(path, 0, 0);
  }
  const link = join(folder, `${'b'.repeat(32)}.features`);
  await symlink(foreign[0]!, link);
  return { paths, foreign: [...foreign, link] };
}

test('files of features are listed with their sizes, the least recently used first', async () => {
  const { paths } = await fill();
  const listed = await listFeatures(folder);
  expect(listed.map(({ path, bytes }) => [path, bytes])).toEqual([
    [paths[1], 2 * 32],
    [paths[2], 32],
    [paths[0], 4 * 32],
  ]);
  expect(await listFeatures(join(folder, 'nothing'))).toEqual([]);
});

test.each([
  ['not opened for long', { unusedFor: 10 * day }, [1]],
  ['not added to for long', { olderThan: 10 * day }, [0, 1]],
  ['too many', { mostBytes: 130 }, [1, 2]],
  ['not opened for long, or too many', { unusedFor: 10 * day, mostBytes: 130 }, [1, 2]],
  ['none', { mostBytes: 1e6 }, []],
] as const)('are removed where they are %s, and nothing else is', async (_, options, which) => {
  const { paths, foreign } = await fill();
  const planned = await pruneFeatures(folder, { ...options, dryRun: true });
  expect(paths.every(existsSync)).toBe(true);
  const { removed, kept, freed } = await pruneFeatures(folder, options);
  expect(removed.map(({ path }) => path).sort()).toEqual(which.map(index => paths[index]).sort());
  expect(planned).toEqual({ removed, kept, freed });
  expect(freed).toBe(which.reduce<number>((sum, index) => sum + [128, 64, 32][index]!, 0));
  for (const { path } of removed) expect(existsSync(path)).toBe(false);
  for (const path of [...foreign, ...kept.map(file => file.path)])
    expect(existsSync(path)).toBe(true);
});

test('are kept while they were opened a moment ago; who reads one reads on', async () => {
  const path = await make('a', 2, 30);
  const cache = await FeatureCache.open(folder, 'a', 3);
  const { mtime } = await stat(path);
  expect(Date.now() - mtime.getTime()).toBeGreaterThan(29 * day);
  expect((await pruneFeatures(folder, { mostBytes: 0 })).removed).toEqual([]);
  await utimes(path, 0, 0);
  expect((await pruneFeatures(folder, { mostBytes: 0 })).removed).toHaveLength(1);
  expect(await cache.read('1')).toEqual(Float32Array.of(1, 2, 3));
  await cache.close();
});

test.each([{}, { olderThan: -1 }, { unusedFor: Number.NaN }])('%j says nothing', async options => {
  await expect(pruneFeatures(folder, options)).rejects.toThrow(RangeError);
});

test('what a job takes is what it then writes', async () => {
  const features = [{ shape: 3 }, { shape: [2, 2, 3], precision: 'float16' }] as const;
  const job = { photos: 5, views: 3, features, download: 1000, folder: join(folder, 'not/there') };
  const needs = await jobNeeds(job);
  expect(needs).toMatchObject({ photos: 5, views: 15, featureBytes: 15 * (32 + 44), fits: true });
  let written = 0;
  for (const { shape, ...how } of features) {
    const cache = await FeatureCache.open(folder, 'job', shape, how);
    const length = [shape].flat().reduce((all, side) => all * side, 1);
    for (let view = 0; view < 15; view++) await cache.write(`${view}`, new Float32Array(length));
    await cache.close();
  }
  for (const { bytes } of await listFeatures(folder)) written += bytes;
  expect(written).toBe(needs.featureBytes);
  expect(needs.freeBytes).toBeGreaterThan(0);
  expect((await jobNeeds({ ...job, download: needs.freeBytes })).fits).toBe(false);
  await expect(jobNeeds({ ...job, photos: -1 })).rejects.toThrow(/photos/);
  await expect(jobNeeds({ ...job, views: 1.5 })).rejects.toThrow(/views/);
});
