import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  findPhotos,
  listPhotos,
  PhotoStoreError,
  type PlacedPhoto,
  readBytes,
} from '../../src/node/index';
import { readRange, sizeOf } from '../../src/node/stores/ranges';
import { findCredentials } from '../../src/node/stores/s3/credentials';
import { tarEnd, tarFile } from '../../src/node/tar/writer';
import type { Fault } from './servers/file-server';
import { FileServer } from './servers/file-server';
import { S3Server } from './servers/s3-server';

const photo = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7) % 251));
const quick = { wait: 1 };
let folder: string;
let environment: NodeJS.ProcessEnv;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-stores-'));
  environment = { ...process.env };
  for (const name of Object.keys(process.env))
    if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
  });
});
afterEach(async () => {
  process.env = environment;
  await rm(folder, { recursive: true });
});

async function all(place: string | readonly string[]): Promise<PlacedPhoto[]> {
  const found: PlacedPhoto[] = [];
  for await (const each of findPhotos(place, quick)) found.push(each);
  return found;
}

interface Started {
  readonly server: FileServer;
  /** Address of a file of the server. */
  address(name: string): string;
}

const stores: Readonly<Record<string, () => Promise<Started>>> = {
  'a web server': async () => {
    const server = new FileServer();
    const url = await server.start();
    return { server, address: name => `${url}/bucket/${name}` };
  },
  'a store that speaks S3': async () => {
    const server = new S3Server();
    process.env.AWS_ENDPOINT_URL = await server.start();
    process.env.AWS_REGION = server.region;
    process.env.AWS_ACCESS_KEY_ID = server.keys.id;
    process.env.AWS_SECRET_ACCESS_KEY = server.keys.secret;
    return { server, address: name => `s3://bucket/${name}` };
  },
};

describe.each(Object.entries(stores))('%s', (_, start) => {
  let server: FileServer;
  let address: Started['address'];
  beforeEach(async () => {
    ({ server, address } = await start());
    server.files.set('/bucket/a b/1+1.jpg', photo);
  });
  afterEach(() => server.stop());

  const slow: Fault = {
    status: 503,
    headers: { 'content-type': 'application/xml' },
    body: '<Error><Code>SlowDown</Code></Error>',
  };
  const passing: readonly (readonly [string, readonly Fault[]])[] = [
    ['500', [{ status: 500 }]],
    ['503 SlowDown, several times', [slow, slow, slow]],
    ['429 with the time to wait', [{ status: 429, headers: { 'retry-after': '0' } }]],
    ['a connection that is cut in the middle', [{ cutAfter: 100 }, { cutAfter: 1000 }]],
    ['a connection that is cut at once', [{ cutAfter: 0 }]],
    ['another range than was asked for', [{ wrongRange: true }]],
    ['silence', [{ silent: true }]],
  ];
  test.each(passing)('is asked again after %s', async (_, faults) => {
    const path = address('a b/1+1.jpg');
    const options = faults.some(fault => 'silent' in fault) ? { ...quick, timeout: 1000 } : quick;
    server.faults.push(...faults);
    expect(await readRange(path, 10, 4990, options)).toEqual(photo.subarray(10, 4990));
    server.faults.push(...faults.filter(fault => !('wrongRange' in fault)));
    expect(await readBytes({ kind: 'remote', path }, options)).toEqual(photo);
    expect(server.faults).toEqual([]);
  });

  test('gives what was received before the connection broke only once', async () => {
    server.faults.push({ cutAfter: 2000 });
    const path = address('a b/1+1.jpg');
    expect(await readRange(path, 0, 5000, quick)).toEqual(photo);
    const [first, second] = server.asked.map(({ headers }) => headers.range);
    expect(first).toBe('bytes=0-4999');
    expect(Number(/^bytes=(\d+)-4999$/.exec(second!)![1])).toBeGreaterThan(0);
  });

  test('is given up after six attempts, with what it answered', async () => {
    server.faults.push(...Array.from({ length: 6 }, () => slow));
    const reading = readRange(address('a b/1+1.jpg'), 0, 10, quick);
    await expect(reading).rejects.toThrow(
      /a b\/1\+1\.jpg: the server answers 503 \(SlowDown\)\. Trying again later is safe/,
    );
    await expect(reading).rejects.toMatchObject({ fault: 'connection' });
    expect(server.asked).toHaveLength(6);
  });

  const lasting: readonly (readonly [number, string])[] = [
    [403, 'refused'],
    [404, 'missing'],
    [400, 'answer'],
  ];
  test.each(lasting)('is not asked again after %i', async (status, fault) => {
    server.faults.push({ status });
    const reading = readRange(address('a b/1+1.jpg'), 0, 10, quick);
    await expect(reading).rejects.toBeInstanceOf(PhotoStoreError);
    await expect(reading).rejects.toMatchObject({ fault });
    expect(server.asked).toHaveLength(1);
  });

  test('without ranges cannot give a part of a file', async () => {
    server.faults.push({ noRanges: true });
    await expect(readRange(address('a b/1+1.jpg'), 10, 20, quick)).rejects.toThrow(
      /does not answer requests for ranges/,
    );
    server.faults.push({ noRanges: true });
    expect(await readRange(address('a b/1+1.jpg'), 0, 20, quick)).toEqual(photo.subarray(0, 20));
  });

  test('says how long a file is, and that there is none', async () => {
    server.files.set('/bucket/empty', new Uint8Array(0));
    expect(await sizeOf(address('a b/1+1.jpg'), quick)).toBe(5000);
    expect(await sizeOf(address('empty'), quick)).toBe(0);
    expect(await sizeOf(address('none'), quick)).toBeUndefined();
  });

  test('stops when it is asked to', async () => {
    server.faults.push({ silent: true });
    const stop = new AbortController();
    const reason = new Error('no longer wanted');
    const reading = readRange(address('a b/1+1.jpg'), 0, 10, { signal: stop.signal });
    setTimeout(() => stop.abort(reason), 20);
    await expect(reading).rejects.toBe(reason);
  });

  test('lists photos, also those in its archives, which are read by ranges', async () => {
    const tar = Buffer.concat([
      ...Array.from({ length: 30 }, (_, index) => tarFile(`${index}.jpg`, photo.subarray(index))),
      tarEnd,
    ]);
    server.files.set('/bucket/set/x.tar', tar);
    server.files.set('/bucket/set/Amanita/ä.jpg', photo);
    server.files.set('/bucket/set/Amanita/.hidden', photo);
    server.files.set('/bucket/set/readme.txt', photo);
    const found = await all(address('set/'));
    expect(found.map(({ name }) => name).sort()).toEqual(
      [...Array.from({ length: 30 }, (_, index) => `x.tar/${index}.jpg`), 'Amanita/ä.jpg'].sort(),
    );
    const inTar = found.filter(({ origin }) => origin.kind === 'tar');
    const before = server.asked.length;
    for (const [index, { origin }] of inTar.entries())
      expect(await readBytes(origin, quick)).toEqual(photo.subarray(index));
    // One after the other, so that several come with one request.
    expect(server.asked.length - before).toBeLessThan(10);
    expect(await all(address('set/x.tar'))).toHaveLength(30);
  });
});

describe('a web server', () => {
  let server: FileServer;
  let url: string;
  beforeEach(async () => {
    server = new FileServer();
    url = await server.start();
  });
  afterEach(() => server.stop());

  test('may give a list, one address a line', async () => {
    server.files.set('/sets/list', Buffer.from(`A/1.jpg\r\n/elsewhere/2.jpg\n\n${url}/3.jpg\n`));
    const found = await all(`${url}/sets/list`);
    expect(found.map(({ name, origin }) => [name, origin.path])).toEqual([
      ['A/1.jpg', `${url}/sets/A/1.jpg`],
      [`${url.slice(7)}/elsewhere/2.jpg`, `${url}/elsewhere/2.jpg`],
      [`${url.slice(7)}/3.jpg`, `${url}/3.jpg`],
    ]);
    server.files.set('/sets/list', Buffer.from('file:///etc/passwd'));
    await expect(all(`${url}/sets/list`)).rejects.toThrow(/is no web address/);
  });

  test('gets a name and a password, which no message and no other server gets', async () => {
    const other = new FileServer();
    const elsewhere = await other.start();
    other.files.set('/1.jpg', photo);
    const secret = url.replace('//', '//me:hidden@');
    server.faults.push({ status: 302, headers: { location: `${elsewhere}/1.jpg` } });
    const path = `${secret}/1.jpg?signature=hidden`;
    expect(await readBytes({ kind: 'remote', path }, quick)).toEqual(photo);
    const login = `Basic ${Buffer.from('me:hidden').toString('base64')}`;
    expect(server.asked[0]!.headers.authorization).toBe(login);
    expect(other.asked[0]!.headers.authorization).toBeUndefined();
    server.faults.push({ status: 403 });
    const error = await readBytes({ kind: 'remote', path }, quick).catch(String);
    expect(error).toContain(`${url}/1.jpg?…: the server answers 403`);
    expect(error).not.toContain('hidden');
    await other.stop();
  });

  test('gives names to photos without a password or a signature', async () => {
    const secret = url.replace('//', '//me:hidden@');
    const one = `${secret}/A/1.jpg?signature=hidden`;
    const two = `${secret}/A/1.jpg?other=hidden`;
    server.files.set('/sets/list', Buffer.from(`${secret}/3.jpg?signature=hidden\n`));
    const found = await all([one, two, `${secret}/sets/list?signature=hidden`]);
    expect(found.map(({ place }) => place)).toEqual([
      `${url}/A/1.jpg?…`,
      `${url}/A/1.jpg?…2`,
      `${url}/sets/list?…`,
    ]);
    expect(found.map(({ name }) => name).join()).not.toContain('hidden');
    expect(found[1]!.origin.path).toBe(two);
    const { where, listed } = await listPhotos([one, two]);
    const ids = listed.candidates.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect([where, ...ids].join()).not.toContain('hidden');
  });

  test('that redirects in circles, or does not exist', async () => {
    const circle = { status: 302, headers: { location: '/1.jpg' } };
    server.faults.push(...Array.from({ length: 6 }, () => circle));
    await expect(readRange(`${url}/1.jpg`, 0, 1, quick)).rejects.toThrow(/in circles/);
    await server.stop();
    await expect(readRange(`${url}/1.jpg`, 0, 1, quick)).rejects.toThrow(
      /refused the connection|connection broke/,
    );
    await server.start();
  });
});

describe('a store that speaks S3', () => {
  let server: S3Server;
  beforeEach(async () => {
    server = new S3Server();
    process.env.AWS_ENDPOINT_URL = await server.start();
    server.files.set('/bucket/1.jpg', photo);
  });
  afterEach(() => server.stop());
  const keys = (id = server.keys.id, secret = server.keys.secret) =>
    `aws_access_key_id = ${id}\naws_secret_access_key=${secret}\n`;
  const read = (bucket = 'bucket') => readRange(`s3://${bucket}/1.jpg`, 0, 5000, quick);

  test.each(['us-east-1', 'ap-south-1'])(
    'is asked for its own region instead of %s',
    async region => {
      const bucket = `in-${region}`;
      server.files.set(`/${bucket}/1.jpg`, photo);
      process.env.AWS_REGION = region;
      process.env.AWS_ACCESS_KEY_ID = server.keys.id;
      process.env.AWS_SECRET_ACCESS_KEY = server.keys.secret;
      expect(await read(bucket)).toEqual(photo);
      expect(server.asked).toHaveLength(2);
      expect(await read(bucket)).toEqual(photo);
      expect(server.asked).toHaveLength(3);
    },
  );

  test('gets no signed request for a server elsewhere', async () => {
    Object.assign(process.env, { AWS_REGION: server.region });
    await writeFile(join(folder, 'credentials'), `[default]\n${keys()}`);
    const location = 'http://127.0.0.1:9/bucket/1.jpg';
    server.faults.push({ status: 307, headers: { location } });
    await expect(read()).rejects.toThrow(
      /redirects to 127\.0\.0\.1:9, which gets no signed requests/,
    );
  });

  test('takes the profile that AWS_PROFILE names, from both files', async () => {
    await writeFile(
      join(folder, 'credentials'),
      `# keys\n[default]\n${keys('other')}\n[mine] ; own\n${keys()}`,
    );
    await writeFile(
      join(folder, 'config'),
      `[default]\nregion = us-east-1\n[profile mine]\nregion=${server.region}\ns3 =\n  region = no\n`,
    );
    process.env.AWS_PROFILE = 'mine';
    expect(await read()).toEqual(photo);
    expect(server.asked).toHaveLength(1);
    process.env.AWS_PROFILE = 'none';
    await expect(read()).rejects.toThrow(/there is no profile 'none', which AWS_PROFILE names/);
    await expect(read()).rejects.toMatchObject({ fault: 'credentials' });
  });

  test('says what is not read in a profile', async () => {
    await writeFile(join(folder, 'config'), '[default]\nrole_arn = arn:aws:iam::1:role/x\n');
    await expect(read()).rejects.toThrow(/has 'role_arn'.*aws configure export-credentials/);
  });

  test('without credentials is asked for what is public', async () => {
    server.isPublic = true;
    expect(await read()).toEqual(photo);
    expect(server.asked[0]!.headers.authorization).toBeUndefined();
    server.isPublic = false;
    await expect(read()).rejects.toThrow(/403 \(AccessDenied\).*No credentials were found/);
  });

  test('keeps secrets out of every message', async () => {
    Object.assign(process.env, { AWS_REGION: server.region, AWS_ACCESS_KEY_ID: server.keys.id });
    await expect(read()).rejects.toThrow(/AWS_SECRET_ACCESS_KEY is not set/);
    process.env.AWS_SECRET_ACCESS_KEY = 'wrong-secret';
    const error = String(await read().catch(each => each));
    expect(error).toContain('403 (SignatureDoesNotMatch)');
    expect(error).not.toMatch(/wrong-secret|AKID|secret of the server|StringToSign/);
  });

  test.each([true, false])('keys are what they are, encoded: %s', async encodes => {
    Object.assign(server, { isPublic: true, encodes });
    const names = ['50 %.jpg', '50%25.jpg', 'a & b.jpg', 'one+two.jpg'];
    for (const name of names) server.files.set(`/bucket/odd/${name}`, photo);
    const found = await all('s3://bucket/odd/*.jpg');
    expect(found.map(({ origin }) => origin.path.slice('s3://bucket/odd/'.length))).toEqual(names);
    for (const { origin } of found) expect(Buffer.from(await readBytes(origin))).toEqual(photo);
  });

  test('a pattern of keys', async () => {
    server.isPublic = true;
    for (const name of ['a/x-1.jpg', 'a/x-2.jpg', 'a/y-1.jpg', 'a/b/x-1.jpg', 'a/x-1.png'])
      server.files.set(`/bucket/${name}`, photo);
    const names = async (pattern: string) =>
      (await all(`s3://bucket/${pattern}`)).map(({ origin }) => origin.path.slice(12));
    expect(await names('a/x-*.jpg')).toEqual(['a/x-1.jpg', 'a/x-2.jpg']);
    expect(await names('a/[xy]-?.jpg')).toEqual(['a/x-1.jpg', 'a/x-2.jpg', 'a/y-1.jpg']);
    expect(await names('a/**/x-1.{jpg,png}')).toEqual(['a/b/x-1.jpg', 'a/x-1.jpg', 'a/x-1.png']);
    await expect(all('s3://Bad_!/x')).rejects.toMatchObject({ fault: 'address' });
  });

  test('gets new credentials when a server says that they have ended', async () => {
    let given = 0;
    const container = createServer((request, response) => {
      expect(request.headers.authorization).toBe('of the pod');
      given++;
      const { id, secret } = server.keys;
      const answer = { AccessKeyId: id, SecretAccessKey: secret, Token: `token-${given}` };
      response.end(JSON.stringify(answer));
    });
    await new Promise<void>(resolve => container.listen(0, '127.0.0.1', resolve));
    const { port } = container.address() as AddressInfo;
    Object.assign(process.env, {
      AWS_REGION: server.region,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'of the pod',
    });
    server.token = 'token-1';
    expect(await read()).toEqual(photo);
    server.token = 'token-2';
    expect(await read()).toEqual(photo);
    expect(given).toBe(2);
    await new Promise(resolve => container.close(resolve));
  });
});

test('credentials of a web identity and of a machine', async () => {
  const server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://x').pathname;
    let body = '';
    request.on('data', chunk => {
      body += chunk;
    });
    request.on('end', () => {
      if (path === '/')
        response.end(
          body.includes('WebIdentityToken=the+token')
            ? '<R><AccessKeyId>A</AccessKeyId><SecretAccessKey>B</SecretAccessKey><SessionToken>C</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration></R>'
            : '',
        );
      else if (path === '/latest/api/token') response.end('t');
      else if (request.headers['x-aws-ec2-metadata-token'] !== 't') response.writeHead(401).end();
      else if (path.endsWith('/security-credentials/')) response.end('role');
      else response.end(JSON.stringify({ AccessKeyId: 'D', SecretAccessKey: 'E', Token: 'F' }));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await writeFile(join(folder, 'token'), 'the token\n');
  const files = {
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
  };
  expect(
    await findCredentials({
      ...files,
      ...{ AWS_ROLE_ARN: 'arn', AWS_ENDPOINT_URL_STS: url },
      AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'),
    }),
  ).toEqual({
    ...{ accessKeyId: 'A', secretAccessKey: 'B', sessionToken: 'C' },
    expires: Date.parse('2030-01-01T00:00:00Z'),
  });
  expect(await findCredentials({ ...files, AWS_EC2_METADATA_SERVICE_ENDPOINT: url })).toEqual({
    accessKeyId: 'D',
    secretAccessKey: 'E',
    sessionToken: 'F',
  });
  await new Promise(resolve => server.close(resolve));
});

/** A server that answers each request by one function. */
async function answering(
  answer: (range: string) => {
    readonly headers: Record<string, string>;
    readonly body: Buffer;
    readonly cut?: boolean;
  },
): Promise<{ readonly url: string; stop(): void }> {
  const server = createServer((request, response) => {
    const { headers, body, cut } = answer(request.headers.range ?? '');
    response.writeHead(206, headers);
    response.write(body, () => (cut ? setTimeout(() => response.destroy(), 50) : response.end()));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.tar`,
    stop: () => server.close(),
  };
}

test('a server that sends less than a range is asked for the rest', async () => {
  const { url, stop } = await answering(range => {
    const from = Number(/=(\d+)/.exec(range)![1]);
    const to = Math.min(from + 600, 2000);
    return {
      headers: { 'content-range': `bytes ${from}-${to - 1}/5000` },
      body: photo.subarray(from, to),
    };
  });
  expect(await readRange(url, 0, 2000, quick)).toEqual(photo.subarray(0, 2000));
  stop();
});

test('bytes of two versions of a file are not mixed', async () => {
  const other = Buffer.alloc(5000, 9);
  let asked = 0;
  const { url, stop } = await answering(range => {
    const from = Number(/=(\d+)/.exec(range)![1]);
    const isFirst = asked++ === 0;
    const body = (isFirst ? photo : other).subarray(from, 2000);
    return {
      headers: { etag: isFirst ? '"1"' : '"2"', 'content-range': `bytes ${from}-1999/5000` },
      ...{ body: isFirst ? body.subarray(0, 700) : body, cut: isFirst },
    };
  });
  expect(await readRange(url, 0, 2000, quick)).toEqual(other.subarray(0, 2000));
  stop();
});
