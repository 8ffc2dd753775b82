import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveRun } from '@shroom/train/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TrainConfiguration, train } from '../../src';
import { UnsupportedNetworkError } from '../../src/errors';
import { withDefaults } from '../../src/options';
import { begunOrSuited } from '../../src/run/begun';
import { newOf } from '../../src/run/replacing';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'begun-'));
});
afterEach(async () => {
  for (const place of [folder, newOf(folder)]) await rm(place, { recursive: true, force: true });
});

const transformer = { backbone: 'vit_small_patch14_dinov2' };
const named = (options: TrainConfiguration) => ({ ...withDefaults(options), name: 'photos' });
const begin = (place: string, size: number) =>
  saveRun(place, { configuration: named({ ...transformer, size }), versions: {} });
const begun = (options: TrainConfiguration = {}) => {
  const asked = named({ ...transformer, ...options });
  return begunOrSuited(folder, asked, options.size === undefined);
};

test('a training that began at a size which patches do not fill goes on at that size', async () => {
  await expect(begun({ size: 299 })).rejects.toThrow(UnsupportedNetworkError);
  expect((await begun()).size).toBe(294);
  await begin(folder, 299);
  expect((await begun({ size: 299 })).size).toBe(299);
  expect((await begun()).size).toBe(299);
  // Another size or option is another training.
  expect((await begun({ size: 308 })).size).toBe(308);
  expect((await begun({ seed: 1 })).size).toBe(294);
  await expect(begun({ size: 300 })).rejects.toThrow(/Take 294 or 308/);
  await expect(begun({ size: 299, seed: 1 })).rejects.toThrow(/Take 294 or 308/);
});

test('so does the run that replaces another one, and one of a size that was asked for', async () => {
  await begin(folder, 300);
  await begin(newOf(folder), 299);
  expect((await begun()).size).toBe(299);
  expect((await begun({ size: 300 })).size).toBe(300);
});

test('the same call of train goes on to read the photos', async () => {
  const photos = [join(folder, 'no photos')];
  const configuration = { ...named({ ...transformer, size: 299 }), data: photos };
  const out = join(folder, 'run');
  const ended = (options: TrainConfiguration) =>
    train(photos, { ...transformer, ...options, out }).catch(String);
  expect(await ended({ size: 299 })).toContain('UnsupportedNetworkError');
  await saveRun(out, { configuration: { ...configuration, name: 'no photos' }, versions: {} });
  for (const options of [{ size: 299 }, {}]) {
    const reason = await ended(options);
    expect(reason).not.toMatch(/UnsupportedNetworkError|RunMismatchError/);
    expect(reason).toContain('no photos');
  }
});
