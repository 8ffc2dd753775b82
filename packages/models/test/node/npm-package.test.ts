import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cacheFolder, DownloadError, fetchNpmPackage, type NpmPackage } from '../../src/node/index';

let folder: string;
let server: Server;
let registry: string;
let tarball: Buffer;
/** What the registry does with the tarball. */
let behavior: 'send' | 'cut' | 'cut at once' | 'corrupt' | 'missing' | 'forbidden';
let requests: { path: string; authorization: string | undefined }[];

/** A registry of one package. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-models-'));
  await mkdir(join(folder, 'source/package/data'), { recursive: true });
  await writeFile(
    join(folder, 'source/package/package.json'),
    '{"name":"weights","version":"1.0.0"}',
  );
  await writeFile(join(folder, 'source/package/data/w.bin'), Buffer.alloc(300_000, 7));
  await writeFile(join(folder, 'source/package/ignored.js'), '// not needed');
  await create(
    { gzip: { level: 0 }, cwd: join(folder, 'source'), file: join(folder, 'weights.tgz') },
    ['package'],
  );
  tarball = await readFile(join(folder, 'weights.tgz'));
  behavior = 'send';
  requests = [];
  server = createServer(({ url = '', headers }, response) => {
    expect(url).toBe('/weights/-/weights-1.0.0.tgz');
    requests.push({ path: url, authorization: headers.authorization });
    if (behavior === 'missing' || behavior === 'forbidden') {
      response
        .writeHead(behavior === 'missing' ? 404 : 403, { 'content-type': 'application/json' })
        .end('{"error":"no"}');
    } else if (behavior === 'cut') {
      response.writeHead(200, { 'content-length': tarball.length });
      response.write(tarball.subarray(0, Math.floor(tarball.length / 2)), () => response.destroy());
    } else if (behavior === 'cut at once') {
      response.writeHead(200, { 'content-length': tarball.length }).flushHeaders();
      response.socket?.destroy();
    } else {
      const bytes = Buffer.from(tarball);
      if (behavior === 'corrupt') bytes[Math.floor(bytes.length / 2)]! ^= 1;
      response.end(bytes);
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const integrity = () => `sha512-${createHash('sha512').update(tarball).digest('base64')}`;

function wanted(): NpmPackage {
  return {
    name: 'weights',
    version: '1.0.0',
    integrity: integrity(),
    bytes: tarball.length,
    keep: path => path.startsWith('data/'),
  };
}

const options = () => ({
  cache: join(folder, 'cache'),
  npm: {
    registry,
    cache: join(folder, 'npm-cache'),
    retry: { retries: 0 },
    '//127.0.0.1:1/:_authToken': 'elsewhere',
  },
});
const kept = () => readdir(join(folder, 'cache/npm'));

describe('a package from the registry', () => {
  test('is unpacked once, with progress, and only the requested files', async () => {
    const seen: number[] = [];
    const onProgress = ({ received, total }: { received: number; total: number }) =>
      seen.push(received / total);
    const path = await fetchNpmPackage(wanted(), { ...options(), onProgress });
    expect(await readdir(path)).toEqual(['data']);
    expect(await readFile(join(path, 'data/w.bin'))).toEqual(Buffer.alloc(300_000, 7));
    expect(seen.at(-1)).toBe(1);
    const before = requests.length;
    expect(await fetchNpmPackage(wanted(), options())).toBe(path);
    expect(requests.length).toBe(before);
  });

  test('comes with the login of its registry, and of no other', async () => {
    const { host } = new URL(registry);
    const base = options();
    const npm = { ...base.npm, [`//${host}/:_authToken`]: 'secret' };
    await fetchNpmPackage(wanted(), { ...base, npm });
    expect(new Set(requests.map(({ authorization }) => authorization))).toEqual(
      new Set(['Bearer secret']),
    );
  });

  test.each(['cut', 'cut at once', 'corrupt'] as const)(
    'leaves nothing behind when it arrives %s, and arrives the next time',
    async how => {
      behavior = how;
      await expect(fetchNpmPackage(wanted(), options())).rejects.toThrow(DownloadError);
      expect(await kept()).toEqual([]);
      behavior = 'send';
      const path = await fetchNpmPackage(wanted(), options());
      expect(await readdir(path)).toEqual(['data']);
    },
  );

  test('that differs from the pinned hash is refused', async () => {
    const other = {
      ...wanted(),
      integrity: `sha512-${createHash('sha512').update('other').digest('base64')}`,
    };
    await expect(fetchNpmPackage(other, options())).rejects.toThrow(/differs from sha512-/);
    expect(await kept()).toEqual([]);
  });

  test.each([
    ['missing', /does not have it.*npm config get registry/s],
    ['forbidden', /denies access/],
  ] as const)('that is %s says what to do', async (how, message) => {
    behavior = how;
    await expect(fetchNpmPackage(wanted(), options())).rejects.toThrow(message);
  });

  test('of an unreachable registry: the error says what to do', async () => {
    await new Promise(resolve => server.close(resolve));
    await expect(fetchNpmPackage(wanted(), options())).rejects.toThrow(/refused the connection/);
  });

  test('that cannot be kept says which folder is to blame, and how to name another', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const into = (cache: string, npmCache: string) =>
      fetchNpmPackage(wanted(), { cache, npm: { ...options().npm, cache: npmCache } });
    const { cache, npm } = options();
    const ours = await into(file, npm.cache).catch(error => error);
    expect(ours).toMatchObject({ name: 'DownloadError', fault: 'disk' });
    expect(ours.message).toContain(`The cache folder ${file} cannot be written. Set SHROOM_CACHE`);
    const ofNpm = await into(cache, file).catch(error => error);
    expect(ofNpm).toMatchObject({ name: 'DownloadError', fault: 'disk' });
    expect(ofNpm.message).toContain('npm_config_cache in the environment names another folder');
  });

  test('can be canceled, and leaves nothing', async () => {
    const stop = new AbortController();
    const fetching = fetchNpmPackage(wanted(), {
      ...options(),
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('no longer wanted')),
    });
    await expect(fetching).rejects.toThrow('no longer wanted');
    expect(await kept()).toEqual([]);
  });

  test('tidies up after a process that was killed long ago', async () => {
    const abandoned = join(folder, 'cache/npm/weights@1.0.0.x.part');
    const recent = join(folder, 'cache/npm/weights@1.0.0.y.part');
    await mkdir(abandoned, { recursive: true });
    await mkdir(recent);
    await utimes(abandoned, 0, 0);
    await fetchNpmPackage(wanted(), options());
    expect((await kept()).sort()).toEqual(['weights@1.0.0', 'weights@1.0.0.y.part']);
  });
});

test('the cache folder comes from the environment, else from the platform', () => {
  expect(cacheFolder({ SHROOM_CACHE: '/a' })).toBe('/a');
  expect(cacheFolder({ XDG_CACHE_HOME: '/b' }, 'linux')).toBe(join('/b', 'shroom'));
  expect(cacheFolder({}, 'darwin')).toMatch(/Library.Caches.shroom$/);
  expect(cacheFolder({ LOCALAPPDATA: 'C:' }, 'win32')).toBe(join('C:', 'shroom', 'Cache'));
});
