import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ArchiveError,
  fetchKaggle,
  KaggleCredentialsError,
  KaggleError,
  type KaggleOptions,
  openPhotos,
} from '../../../src/node/index';
import { zip } from '../zip';
import { type Fault, KaggleServer } from './server';

let home: string;
let server: KaggleServer;
let endpoint: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'shroom-kaggle-'));
  const members = await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      const background = { r: 15 * index, g: 80, b: 200 };
      const picture = sharp({ create: { width: 40, height: 30, channels: 3, background } });
      const name = `Mushrooms/${index % 2 === 0 ? 'Amanita' : 'Boletus'}/${index}.png`;
      return { name, bytes: await picture.png().toBuffer() };
    }),
  );
  server = new KaggleServer(zip(members));
  endpoint = await server.start();
});
afterEach(async () => {
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

const options = (more: Partial<KaggleOptions> = {}): KaggleOptions => ({
  home,
  wait: 1,
  ...more,
  env: { KAGGLE_API_ENDPOINT: endpoint, ...more.env },
});
const get = (more?: Partial<KaggleOptions>) => fetchKaggle('someone/some-set', options(more));
const base = () => join(home, '.cache/kagglehub/datasets/someone/some-set');
const fail = (...faults: Fault[]) => server.storageFaults.push(...faults);
const storage = () => server.asked.filter(({ host }) => host === 'storage');

describe('a Kaggle data set', () => {
  test('comes in its current version, lies as kagglehub lays it, and is not asked for again', async () => {
    const seen: number[] = [];
    const folder = await get({ onProgress: ({ done, total }) => seen.push(done / total!) });
    expect(folder).toBe(join(base(), 'versions/3'));
    expect((await readdir(base())).sort()).toEqual(['3.complete', 'versions']);
    expect(await readdir(join(folder, 'Mushrooms/Amanita'))).toHaveLength(6);
    expect(seen.at(-1)).toBe(1);
    expect(server.asked.map(({ path, body }) => [path, body])).toEqual([
      [
        'POST /api/v1/datasets.DatasetApiService/GetDataset',
        '{"ownerSlug":"someone","datasetSlug":"some-set"}',
      ],
      [
        'POST /api/v1/datasets.DatasetApiService/DownloadDataset',
        '{"ownerSlug":"someone","datasetSlug":"some-set","datasetVersionNumber":3}',
      ],
      ['GET /file?signed', ''],
    ]);
    await fetchKaggle('someone/some-set/versions/3', options());
    expect(server.asked).toHaveLength(3);
  });

  test('is opened as a labeled set, whatever folder wraps its classes', async () => {
    const set = await openPhotos('kaggle:someone/some-set', { kaggle: options() });
    expect(set.classes).toEqual(['Amanita', 'Boletus']);
    expect(set.photos).toHaveLength(12);
  });

  test('lies in KAGGLEHUB_CACHE where that is set', async () => {
    const cache = join(home, 'elsewhere');
    const folder = await get({ env: { KAGGLEHUB_CACHE: cache } });
    expect(folder).toBe(join(cache, 'datasets/someone/some-set/versions/3'));
  });

  test('goes on where connections were cut', async () => {
    fail({ kind: 'cut', after: 500 }, { kind: 'cut', after: 300 });
    await get();
    expect(storage().map(({ range }) => range)).toEqual([undefined, 'bytes=500-', 'bytes=800-']);
  });

  test('goes on in another process, after one gave up', async () => {
    fail({ kind: 'cut', after: 500 }, { kind: 'cut', after: 0 }, { kind: 'cut', after: 0 });
    const tried = get({ attempts: 2 });
    await expect(tried).rejects.toThrow(/connection .* times in a row.*to continue the download/s);
    expect((await stat(join(base(), '3.archive'))).size).toBe(500);
    await get();
    expect(storage().at(-1)!.range).toBe('bytes=500-');
  });

  test('begins anew where the server ignores ranges, or what is there does not fit', async () => {
    fail({ kind: 'cut', after: 500 }, { kind: 'ignores ranges' });
    await get();
    await rm(base(), { recursive: true });
    await mkdir(base(), { recursive: true });
    await writeFile(join(base(), '3.archive'), Buffer.alloc(server.archive.length + 5));
    await get();
    expect(await readdir(join(base(), 'versions/3/Mushrooms'))).toEqual(['Amanita', 'Boletus']);
  });

  test('asks for a new address when the one it was redirected to has expired', async () => {
    fail({ kind: 'cut', after: 500 }, { kind: 'status', status: 403 });
    await get();
    const asked = server.asked.filter(({ path }) => path.endsWith('/DownloadDataset'));
    expect(asked).toHaveLength(3);
  });

  test('waits when it is told to, and tries again', async () => {
    fail({ kind: 'status', status: 429, headers: { 'retry-after': '1' } });
    fail({ kind: 'status', status: 503 });
    const begin = performance.now();
    await get();
    expect(performance.now() - begin).toBeGreaterThan(990);
    expect(storage()).toHaveLength(3);
  });

  test('counts a server that falls silent as cut', async () => {
    fail({ kind: 'silent', after: 500 });
    await get({ timeout: 300 });
    expect(storage().map(({ range }) => range)).toEqual([undefined, 'bytes=500-']);
  });

  test('is refused and removed when its hash is wrong', async () => {
    fail({ kind: 'wrong hash' });
    await expect(get()).rejects.toThrow(/MD5 is .*, expected .*It was removed; try again/);
    expect(await readdir(base())).toEqual([]);
  });

  test.skipIf(process.platform !== 'linux')('is refused when the disk is full', async () => {
    await mkdir(base(), { recursive: true });
    await symlink('/dev/full', join(base(), '3.archive'));
    await expect(get()).rejects.toThrow(/3\.archive: the disk is full/);
    expect(existsSync(join(base(), '3.complete'))).toBe(false);
  });

  test('that was half unpacked is unpacked again', async () => {
    await mkdir(join(base(), 'versions/3/Mushrooms/Amanita'), { recursive: true });
    await writeFile(join(base(), 'versions/3/Mushrooms/Amanita/0.png'), 'half');
    const folder = await get();
    expect((await readFile(join(folder, 'Mushrooms/Amanita/0.png'))).length).toBeGreaterThan(50);
  });

  test('stops when it is told to, and goes on later', async () => {
    fail({ kind: 'silent', after: 500 });
    const controller = new AbortController();
    const stopped = get({
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    await get();
    expect(storage().at(-1)!.range).toBe('bytes=500-');
  });
});

describe('what to do is said when', () => {
  test('there is no such set, or a login is needed', async () => {
    server.apiFaults.push(404);
    await expect(get()).rejects.toThrow(/answered 404. Is the name right\?/);
    server.apiFaults.push(403);
    await expect(get()).rejects.toThrow(/It may need a login: .* KAGGLE_API_TOKEN/);
    server.apiFaults.push(403);
    await expect(get({ env: { KAGGLE_API_TOKEN: 'secret' } })).rejects.toThrow(
      /Are the credentials still valid, and were the terms accepted at https/,
    );
    await expect(fetchKaggle('nonsense', options())).rejects.toThrow(/it should be owner\/slug/);
    await expect(fetchKaggle('../../x', options())).rejects.toThrow(/it should be owner\/slug/);
  });

  test('nobody answers', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => closed.once('listening', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise(resolve => closed.close(resolve));
    const tried = get({ env: { KAGGLE_API_ENDPOINT: `http://127.0.0.1:${port}` } });
    await expect(tried).rejects.toThrow(/connection failed \(ECONNREFUSED\).*download it by hand/s);
  });
});

describe('what cannot be', () => {
  test.each([
    'a\0/b',
    'a/b\0',
    '\0',
    'a/b/versions/1\0',
    'a/..',
    'a/%2e%2e',
    'a\\b/c',
    `a/b/versions/${'9'.repeat(30)}`,
  ])('a name %j is refused before anything is asked', async name => {
    await expect(fetchKaggle(name, options())).rejects.toThrow(KaggleError);
    await expect(openPhotos(`kaggle:${name}`)).rejects.toThrow(KaggleError);
    expect(server.asked).toEqual([]);
  });

  test.each<[string, string | Buffer]>([
    ['nothing', ''],
    ['half of it', '{"currentVersionNumber": '],
    ['a page', '<html>log in</html>'],
    ['null', 'null'],
    ['a list', '[3]'],
    ['a version of another kind', '{"currentVersionNumber": "../3"}'],
    ['a version below 1', '{"currentVersionNumber": -3}'],
    ['a version beyond all', '{"currentVersionNumber": 1e300}'],
    ['bytes', Buffer.from([0, 255, 254, 1])],
    ['an answer without an end', Buffer.alloc(5_000_000, 32)],
  ])('an answer of %s is an error that says what to do', async (_, answer) => {
    server.answer = answer;
    const error = await get().catch((error: Error) => error);
    expect(error).toBeInstanceOf(KaggleError);
    expect(String(error)).toMatch(/(did not name a version|is not JSON|too long)\..*by hand/s);
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect(storage()).toEqual([]);
  });

  test.each([
    { KAGGLE_API_ENDPOINT: 'nowhere' },
    { KAGGLE_API_ENDPOINT: 'file:///etc' },
    { KAGGLEHUB_CACHE: 'caches/a\0b' },
  ])('settings %j', async env => {
    await expect(get({ env })).rejects.toThrow(KaggleError);
    expect(server.asked).toEqual([]);
  });

  test.each(['[]', 'null', '3', '"a"', '{', '\ufeff{', '', '{"username": 1, "key": "b"}', '\0'])(
    'a kaggle.json of %j',
    async text => {
      await mkdir(join(home, '.kaggle'));
      await writeFile(join(home, '.kaggle/kaggle.json'), text);
      await expect(get()).rejects.toThrow(KaggleCredentialsError);
    },
  );

  test('a token that no header can hold is not quoted', async () => {
    for (const token of ['secret\0', 'secret\nsecond', 'secret ü']) {
      const error = await get({ env: { KAGGLE_API_TOKEN: token } }).catch((error: Error) => error);
      expect(error).toBeInstanceOf(KaggleCredentialsError);
      expect(`${error} ${(error as Error).cause}`).not.toMatch(/secret/);
    }
    expect(server.asked).toEqual([]);
  });

  test('an entry with a NUL in its name is not unpacked', async () => {
    const bad = zip([{ name: 'A/a\0.png', bytes: Buffer.from('x') }]);
    await server.stop();
    server = new KaggleServer(bad);
    endpoint = await server.start();
    await expect(get()).rejects.toThrow(ArchiveError);
    await expect(get()).rejects.toThrow(/a\\0\.png' has a name with a NUL character/);
  });
});

describe('credentials', () => {
  const sent = async (env: Record<string, string> = {}) => {
    await rm(base(), { recursive: true, force: true });
    server.asked.length = 0;
    await get({ env });
    expect(storage()[0]!.authorization).toBeUndefined();
    const [api] = new Set(
      server.asked.filter(({ host }) => host === 'api').map(({ authorization }) => authorization),
    );
    return api;
  };
  const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

  test('are taken in the order of Kaggle’s client, and never sent to the storage', async () => {
    expect(await sent()).toBeUndefined();
    await mkdir(join(home, '.kaggle'));
    await writeFile(join(home, '.kaggle/kaggle.json'), '{"username": "a", "key": "b"}');
    expect(await sent()).toBe(basic('a:b'));
    await mkdir(join(home, 'config'));
    await writeFile(join(home, 'config/kaggle.json'), '{"username": "c", "key": "d"}');
    expect(await sent({ KAGGLE_CONFIG_DIR: join(home, 'config') })).toBe(basic('c:d'));
    const legacy = { KAGGLE_USERNAME: 'e', KAGGLE_KEY: 'f' };
    expect(await sent(legacy)).toBe(basic('e:f'));
    await writeFile(join(home, '.kaggle/access_token'), 'g\n');
    expect(await sent(legacy)).toBe('Bearer g');
    await writeFile(join(home, 'token'), ' h ');
    expect(await sent({ ...legacy, KAGGLE_API_TOKEN: join(home, 'token') })).toBe('Bearer h');
    expect(await sent({ ...legacy, KAGGLE_API_TOKEN: 'i' })).toBe('Bearer i');
  });

  test('that are damaged are named by their file, and not quoted', async () => {
    await mkdir(join(home, '.kaggle'));
    await writeFile(join(home, '.kaggle/kaggle.json'), '{"username": "a", "kee": "secret"}');
    const error = await get().catch((error: Error) => error);
    expect(error).toMatchObject({ name: 'KaggleCredentialsError' });
    expect(String(error)).toMatch(/kaggle\.json has no username or no key/);
    expect(String(error)).not.toMatch(/secret/);
  });
});
