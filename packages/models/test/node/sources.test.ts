import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  listWeightsCache,
  listWeightsSources,
  openWeights,
  pruneWeightsCache,
  registerWeightsSource,
  type WeightsSource,
  weightsNeeds,
  writeSafetensors,
} from '../../src/node/index';
import { weightsSources } from '../../src/node/sources/table';
import { type StartedSource, sourceCases, sourceOfMemory } from './source-cases';

const numbers = Float32Array.from({ length: 1000 }, (_, index) => index / 7);
let root: string;
let file: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shroom-sources-'));
  await mkdir(join(root, 'source'));
  file = join(root, 'weights.safetensors');
  await writeSafetensors(file, new Map([['x', { shape: [10, 100], read: async () => numbers }]]));
});
afterEach(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

const filesBelow = async (folder: string): Promise<string[]> =>
  existsSync(folder) ? (await readdir(folder, { recursive: true })).sort() : [];

test('every source of the table has a case', () => {
  const tried = Object.keys(sourceCases).map(scheme => weightsSources[scheme as 'hf']);
  const untried = Object.entries(weightsSources).filter(
    ([, source]) => !tried.includes(source as never),
  );
  expect(untried.map(([scheme]) => scheme)).toEqual([]);
});

describe.each(Object.entries(sourceCases))('%s:', (_, start) => {
  let source: StartedSource;
  beforeEach(async () => {
    source = await start(file, join(root, 'source'));
  });
  afterEach(() => source.stop());

  test('returns the stored weights, and the second time without a download', async () => {
    const { address, options } = source;
    for (let time = 0; time < 2; time++) {
      const { checkpoint, sha256, close } = await openWeights(address, options);
      expect([...checkpoint.keys()]).toEqual(['x']);
      expect(await checkpoint.get('x')!.read()).toEqual(numbers);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      await close();
    }
    expect(source.sent()).toBe(source.download === 0 ? 0 : 1);
  });

  test('tells the size of the weights before they are downloaded, without downloading', async () => {
    const { address, download, options } = source;
    const here = download === 0;
    expect(await weightsNeeds(address, options)).toEqual({ source: address, here, download });
    expect(source.sent()).toBe(0);
    await (await openWeights(address, options)).close();
    expect(await weightsNeeds(address, options)).toEqual({
      source: address,
      here: true,
      download: 0,
    });
  });

  test('refuses an address that names no file', async () => {
    for (const [address, fault] of Object.entries(source.refused)) {
      const { options } = source;
      await expect(openWeights(address, options), address).rejects.toMatchObject({ fault });
      await expect(weightsNeeds(address, options), address).rejects.toMatchObject({ fault });
    }
    expect(source.sent()).toBe(0);
  });

  test('stops on request, and leaves nothing behind', async () => {
    const before = await filesBelow(join(root, 'source', 'cache'));
    const reason = new Error('no longer wanted');
    const options = { ...source.options, signal: AbortSignal.abort(reason) };
    await expect(openWeights(source.address, options)).rejects.toBe(reason);
    expect(await filesBelow(join(root, 'source', 'cache'))).toEqual(before);
    expect(source.sent()).toBe(0);
  });

  test('lists its downloads, and removes only these', async () => {
    await (await openWeights(source.address, source.options)).close();
    const cache = join(root, 'source', 'cache');
    const listed = await listWeightsCache({ cache });
    expect(listed).toHaveLength(source.download === 0 ? 0 : 1);
    const long = new Date(Date.now() - 3600e3);
    for (const { path } of listed) {
      await utimes(path, long, long);
      await rm(`${path}.used`, { force: true });
    }
    const { removed } = await pruneWeightsCache({ cache, mostBytes: 0 });
    expect(removed.map(({ path }) => path)).toEqual(listed.map(({ path }) => path));
    for (const { path } of removed) expect(existsSync(path)).toBe(false);
    expect(existsSync(file)).toBe(true);
  });
});

describe('a source that a user registers', () => {
  test('is opened, asked for its needs, and listed like those of the package', async () => {
    const bytes = await readFile(file);
    const address = 'memory:mine.safetensors';
    const source = sourceOfMemory(new Map([[address, bytes]]));
    registerWeightsSource('memory', source);
    registerWeightsSource('memory', source);
    expect(listWeightsSources()).toEqual([...Object.keys(weightsSources), 'memory']);
    expect(await weightsNeeds(address)).toEqual({
      source: address,
      here: false,
      download: bytes.length,
    });
    const { checkpoint, close } = await openWeights(address, { cache: join(root, 'mine') });
    expect(await checkpoint.get('x')!.read()).toEqual(numbers);
    await close();
  });

  test('needs its own scheme and all of its parts', () => {
    const source = sourceOfMemory(new Map());
    expect(() => registerWeightsSource('hf', source)).toThrow(RangeError);
    expect(() => registerWeightsSource('hf', source)).toThrow(
      "There is a source of weights 'hf:' already. Choose another scheme.",
    );
    expect(() => registerWeightsSource('c', source)).toThrow(/cannot have the scheme "c"/);
    expect(() => registerWeightsSource('S3:', source)).toThrow(TypeError);
    const { needs, ...rest } = source;
    expect(() => registerWeightsSource('half', rest as WeightsSource)).toThrow(/lacks needs/);
    expect(listWeightsSources()).not.toContain('half');
  });
});
