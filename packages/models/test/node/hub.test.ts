import { existsSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hubSettings } from '../../src/node/hub-settings';
import { DownloadError, fetchFromHub, fetchUrl, type HubFile } from '../../src/node/index';
import { withLock } from '../../src/node/lock';
import { parseHubSource } from '../../src/node/sources/hub-source';
import { commit, LocalHub, large, largeHash, small, smallHash } from './hub';

let hub: LocalHub;
let cache: string;
const model = 'owner/weights';
const wanted: HubFile = { model, file: 'model.safetensors' };

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'shroom-hub-'));
  hub = new LocalHub();
  await hub.start();
});

afterEach(async () => {
  hub.stop();
  await rm(cache, { recursive: true, force: true, maxRetries: 5 });
});

const env = (more: NodeJS.ProcessEnv = {}) => ({
  HF_ENDPOINT: hub.endpoint,
  HF_HUB_CACHE: cache,
  HF_HOME: join(cache, 'home'),
  ...more,
});
const folder = () => join(cache, 'models--owner--weights');

describe('a file of the hub', () => {
  test('lies where Python looks for it, and is fetched once', async () => {
    const seen: number[] = [];
    const onProgress = ({ received, total }: { received: number; total: number }) =>
      seen.push(received / total);
    const path = await fetchFromHub(wanted, { env: env(), onProgress });
    expect(path).toBe(join(folder(), 'snapshots', commit, 'model.safetensors'));
    expect((await readFile(path)).equals(large)).toBe(true);
    expect(await readlink(path)).toBe(join('..', '..', 'blobs', largeHash));
    expect(await readFile(join(folder(), 'refs/main'), 'utf8')).toBe(commit);
    expect(seen[0]).toBe(0);
    expect(seen.at(-1)).toBe(1);
    expect(await readdir(join(folder(), 'blobs'))).toEqual([largeHash]);
    const before = hub.count('GET');
    expect(await fetchFromHub(wanted, { env: env() })).toBe(path);
    expect(hub.count('GET')).toBe(before);
    const asked = hub.requests.length;
    expect(await fetchFromHub({ ...wanted, revision: commit }, { env: env() })).toBe(path);
    expect(hub.requests.length).toBe(asked);
  });

  test('that is small is checked by the hash that git gives it', async () => {
    const path = await fetchFromHub({ model, file: 'config.json' }, { env: env() });
    expect(await readFile(path)).toEqual(small);
    expect(await readdir(join(folder(), 'blobs'))).toEqual([smallHash]);
  });

  test('is asked for with the token, which the other server never sees', async () => {
    await fetchFromHub(wanted, { env: env({ HF_TOKEN: 'secret' }) });
    for (const { server, authorization } of hub.requests)
      expect(authorization).toBe(server === 'hub' ? 'Bearer secret' : undefined);
    expect(hub.requests.map(({ server }) => server)).toContain('storage');
  });

  test('that was interrupted is resumed where it stopped', async () => {
    hub.behavior = 'cut';
    await expect(fetchFromHub(wanted, { env: env(), attempts: 1 })).rejects.toThrow(DownloadError);
    expect(existsSync(join(folder(), 'blobs', largeHash))).toBe(false);
    hub.behavior = 'send';
    const path = await fetchFromHub(wanted, { env: env() });
    expect(hub.requests.at(-1)?.range).toBe('bytes=100000-');
    expect((await readFile(path)).equals(large)).toBe(true);
  });

  test('that was interrupted starts again if the server cannot resume', async () => {
    hub.behavior = 'cut';
    await expect(fetchFromHub(wanted, { env: env(), attempts: 1 })).rejects.toThrow(DownloadError);
    hub.behavior = 'ignore ranges';
    const path = await fetchFromHub(wanted, { env: env() });
    expect((await readFile(path)).equals(large)).toBe(true);
  });

  test('that differs from the hub’s hash is removed', async () => {
    hub.behavior = 'corrupt';
    await expect(fetchFromHub(wanted, { env: env() })).rejects.toThrow(/has a wrong hash/);
    expect(await readdir(join(folder(), 'blobs'))).toEqual([]);
    expect(existsSync(join(folder(), 'snapshots'))).toBe(false);
    hub.behavior = 'send';
    const path = await fetchFromHub(wanted, { env: env() });
    expect((await readFile(path)).equals(large)).toBe(true);
  });

  test('is downloaded once when several processes ask at the same time', async () => {
    const paths = await Promise.all([1, 2, 3].map(() => fetchFromHub(wanted, { env: env() })));
    expect(new Set(paths).size).toBe(1);
    expect(hub.requests.filter(({ server }) => server === 'storage').length).toBe(1);
  });

  test.each([
    [401, /answers 401 \(said the hub\).*HF_TOKEN/s],
    [403, /answers 403.*accept a license/s],
    [404, /answers 404.*Is the name right/s],
    ['not a hub', /does not answer as a Hugging Face hub does.*HF_ENDPOINT/s],
  ] as const)('%s says what to do', async (behavior, message) => {
    hub.behavior = behavior;
    await expect(fetchFromHub(wanted, { env: env() })).rejects.toThrow(message);
  });

  test('comes only from the cache when the hub must not be asked', async () => {
    const offline = env({ HF_HUB_OFFLINE: '1' });
    await expect(fetchFromHub(wanted, { env: offline })).rejects.toThrow(/HF_HUB_OFFLINE forbids/);
    const path = await fetchFromHub(wanted, { env: env() });
    const asked = hub.requests.length;
    expect(await fetchFromHub(wanted, { env: offline })).toBe(path);
    expect(hub.requests.length).toBe(asked);
  });

  test('of an unreachable hub: the error names the copy in the cache', async () => {
    await fetchFromHub(wanted, { env: env() });
    const here = env();
    hub.stop();
    await expect(fetchFromHub(wanted, { env: here })).rejects.toThrow(
      /refused the connection.*HF_HUB_OFFLINE=1 uses the copy/s,
    );
  });

  test('that does not fit on a full disk is reported, and resumed when there is room', async () => {
    const file = await open(join(cache, 'any'), 'w');
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
    });
    const writing = vi.spyOn(Object.getPrototypeOf(file), 'write').mockRejectedValue(full);
    await file.close();
    await expect(fetchFromHub(wanted, { env: env() })).rejects.toThrow(/The disk is full/);
    expect(writing).toHaveBeenCalled();
    writing.mockRestore();
    const path = await fetchFromHub(wanted, { env: env() });
    expect((await readFile(path)).equals(large)).toBe(true);
  });

  test('can be canceled', async () => {
    const stop = new AbortController();
    const fetching = fetchFromHub(wanted, {
      env: env(),
      signal: stop.signal,
      onProgress: ({ received }) => received > 0 && stop.abort(new Error('no longer wanted')),
    });
    await expect(fetching).rejects.toThrow('no longer wanted');
    expect(existsSync(join(folder(), 'blobs', largeHash))).toBe(false);
  });
});

test('a file of the web is checked against its hash and asked for once', async () => {
  const address = `${hub.endpoint}/config.json`;
  const sha256 = 'b'.repeat(64);
  await expect(fetchUrl(address, { cache, sha256 })).rejects.toThrow(/has a wrong hash/);
  const path = await fetchUrl(address, { cache });
  expect(await readFile(path)).toEqual(small);
  const before = hub.count('GET');
  expect(await fetchUrl(address, { cache })).toBe(path);
  expect(hub.count('GET')).toBe(before);
});

test('environment variables have the same meaning as in Python', async () => {
  const home = join(cache, 'home');
  await mkdir(home);
  await writeFile(join(home, 'token'), 'saved\n');
  const settings = await hubSettings({ HF_HOME: home });
  expect(settings).toMatchObject({ cache: join(home, 'hub'), token: 'saved', offline: false });
  expect(settings.endpoint.href).toBe('https://huggingface.co/');
  const other = await hubSettings({
    HF_HOME: home,
    HF_TOKEN: 'own',
    HF_HUB_CACHE: '/c',
    HF_HUB_OFFLINE: 'yes',
  });
  expect(other).toMatchObject({ cache: '/c', token: 'own', offline: true });
  const xdg = await hubSettings({ XDG_CACHE_HOME: '/x', HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' });
  expect(xdg).toMatchObject({ cache: join('/x', 'huggingface', 'hub'), token: undefined });
});

test.each([
  ['hf:timm/resnet50.tv2_in1k', 'timm/resnet50.tv2_in1k', 'main', 'model.safetensors'],
  ['hf:a/b@v1#x/y.safetensors', 'a/b', 'v1', 'x/y.safetensors'],
])('%s names a file of the hub', (source, owner, revision, file) => {
  expect(parseHubSource(source)).toEqual({ model: owner, revision, file });
});

test.each(['hf:timm', 'hf:a/b#../../x', 'hf:a/b@../x'])('%s names none', source => {
  expect(() => parseHubSource(source)).toThrow(/should be hf:owner\/name/);
});

test('a lock of a process that is gone is taken over', async () => {
  const path = join(cache, 'x.lock');
  await writeFile(path, '1\n');
  await utimes(path, 0, 0);
  expect(await withLock(path, undefined, async () => existsSync(path))).toBe(true);
  expect(existsSync(path)).toBe(false);
});
