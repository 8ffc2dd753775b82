import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { get as getWithHost } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { type Classifier, openClassifier } from '@shroom/classifier';
import { ServeError, type ServeOptions, type Server, serve } from '@shroom/classifier/server';
import Ajv from 'ajv';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fuzzServer } from '../fuzz/server/fuzz';
import { root } from './program';
import { servedFolder } from './served-folder';
import { drawnPhoto } from './small-job';

let folder: string;
let run: string;
let server: Server;
let classifier: Classifier;
let photos: Uint8Array<ArrayBuffer>[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shroom-server-'));
  ({ run, server } = await servedFolder(folder));
  classifier = await openClassifier(run);
  photos = await Promise.all(
    [71, 72, 73].map(async seed => {
      const file = join(folder, `${seed}.jpg`);
      await drawnPhoto(file, 'Russula', seed);
      return new Uint8Array(await readFile(file));
    }),
  );
});
afterAll(async () => {
  await server?.close();
  await classifier?.dispose();
  await rm(folder, { recursive: true, force: true });
});

type Body = NonNullable<RequestInit['body']>;
const post = (path: string, body: Body, headers: Record<string, string> = {}, at = server.url) =>
  fetch(at + path, { method: 'POST', body, headers });
const raw = (path: string, body: Body, at?: string) =>
  post(path, body, { 'content-type': 'image/jpeg' }, at);

function form(...files: readonly Uint8Array[]): FormData {
  const data = new FormData();
  for (const [index, bytes] of files.entries())
    data.append('photo', new Blob([new Uint8Array(bytes)]), `${index}.jpg`);
  return data;
}

/** The value of a metric without labels. */
async function level(name: string, at = server.url): Promise<number> {
  const text = await (await fetch(`${at}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)![1]);
}

/** Runs with a server of other options. */
async function withServer(options: ServeOptions, use: (other: Server) => Promise<void>) {
  const other = await serve(run, { port: 0, ...options });
  try {
    await use(other);
  } finally {
    await other.close();
  }
}

describe('predict', () => {
  test('answers bytes and forms as the classifier does, whether the photo is known before any class', async () => {
    const expected = await classifier.predict(photos);
    const response = await raw('/predict', photos[0]!);
    const text = await response.text();
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(text).toMatch(/^\{"answers":\[\{"photo":"photo 1","known":(true|false),/);
    expect(JSON.parse(text).answers).toEqual([expected[0]]);
    const several = await (await post('/predict', form(...photos))).json();
    expect(several.answers).toEqual(expected.map((each, k) => ({ ...each, photo: `${k}.jpg` })));
  });

  test('averages as many views as the address says', async () => {
    const [one] = await classifier.predict([photos[0]!], { views: 1 });
    const [two] = await classifier.predict([photos[0]!], { views: 2 });
    expect(one!.probability).not.toBe(two!.probability);
    const answers = async (views: number) =>
      (await (await raw(`/predict?views=${views}`, photos[0]!)).json()).answers;
    expect(await answers(1)).toEqual([one]);
    expect(await answers(2)).toEqual([two]);
  });

  test('computes photos of different requests in one batch', async () => {
    const sizes = () =>
      Promise.all([level('shroom_batch_photos_count'), level('shroom_batch_photos_sum')]);
    const [batches, views] = await sizes();
    await Promise.all(Array.from({ length: 16 }, () => raw('/predict?views=1', photos[1]!)));
    const [batchesAfter, viewsAfter] = await sizes();
    expect(viewsAfter - views).toBe(16);
    expect(batchesAfter - batches).toBeLessThan(16);
  });

  test('answers the other photos of a form if one cannot be read', async () => {
    const response = await post('/predict', form(photos[0]!, Buffer.from('no photo'), photos[1]!));
    expect(response.status).toBe(200);
    const { answers } = await response.json();
    expect(answers[0].class).toBeTypeOf('string');
    expect(answers[1]).toMatchObject({ photo: '1.jpg', error: { code: 'photo-unreadable' } });
    expect(answers[2].class).toBeTypeOf('string');
  });
});

describe('explain', () => {
  test('gives the numbers of the map', async () => {
    const [expected] = await classifier.explain([photos[0]!], { class: 'Boletus' });
    const { answers } = await (await post('/explain?class=Boletus', form(photos[0]!))).json();
    const { map, explained, known } = answers[0];
    expect({ map, explained, known }).toEqual({
      map: { ...expected!.map, values: [...expected!.map.values] },
      explained: 'Boletus',
      known: expected!.known,
    });
  });

  test('draws a PNG or an SVG, as the header Accept or the address says', async () => {
    const accept = { 'content-type': 'image/jpeg', accept: 'text/html, image/png' };
    const png = await post('/explain?layout=panels', photos[0]!, accept);
    expect(png.headers.get('content-type')).toBe('image/png');
    // Three pictures of 80 pixels with 6 between them, and a caption of 30 pixels.
    const { width, height } = await sharp(await png.arrayBuffer()).metadata();
    expect([width, height]).toEqual([252, 110]);
    const svg = await raw('/explain?format=svg', photos[0]!);
    expect(svg.headers.get('content-type')).toBe('image/svg+xml');
    const [{ class: name, known } = { class: '', known: false }] = await classifier.explain([
      photos[0]!,
    ]);
    const title = /<title>(.*?)<\/title>/.exec(await svg.text())![1]!;
    expect(title).toContain(`${name}, `);
    expect(title.startsWith('Unlike the training photos')).toBe(!known);
  });
});

test('an option that is unknown or has a wrong value is named', async () => {
  const said = async (query: string) =>
    (await (await raw(`/predict?${query}`, photos[0]!)).json()).error.message;
  expect(await said('size=3')).toBe("There is no option 'size'. /api lists the options.");
  expect(await said('views=x')).toBe('The option views must be integer. /api lists the options.');
});

describe('a request that cannot be answered gets a typed error:', () => {
  const jpeg = { 'content-type': 'image/jpeg' };
  test.each<[string, number, string, () => Promise<Response>]>([
    ['no body', 400, 'no-photo', () => post('/predict', '', jpeg)],
    ['an empty form', 400, 'no-photo', () => post('/predict', form())],
    [
      'half a form',
      400,
      'bad-request',
      () =>
        post('/predict', '--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n', {
          'content-type': 'multipart/form-data; boundary=x',
        }),
    ],
    ['an unknown option', 400, 'option-invalid', () => raw('/predict?size=3', photos[0]!)],
    ['no number', 400, 'option-invalid', () => raw('/predict?views=x', photos[0]!)],
    [
      'views without a calibration',
      400,
      'option-invalid',
      () => raw('/predict?views=7', photos[0]!),
    ],
    ['an unknown class', 400, 'option-invalid', () => raw('/explain?class=cat', photos[0]!)],
    ['an unknown layer', 400, 'option-invalid', () => raw('/explain?tap=cat', photos[0]!)],
    ['nothing there', 404, 'not-found', () => post('/predictions', '', jpeg)],
    ['GET', 405, 'method-not-allowed', () => fetch(`${server.url}/predict`)],
    [
      'no form of answer',
      406,
      'not-acceptable',
      () => post('/explain', photos[0]!, { ...jpeg, accept: 'text/html' }),
    ],
    [
      'a picture of two',
      413,
      'too-many-photos',
      () => post('/explain?format=png', form(photos[0]!, photos[1]!)),
    ],
    [
      'another type',
      415,
      'media-type',
      () => post('/predict', '{}', { 'content-type': 'application/json' }),
    ],
    ['no photo', 422, 'photo-unreadable', () => raw('/predict', 'hello')],
    [
      'half a photo to explain',
      422,
      'photo-unreadable',
      () => raw('/explain', photos[0]!.subarray(0, 300)),
    ],
  ])('%s: %i %s', async (_, status, code, ask) => {
    const response = await ask();
    expect(response.status).toBe(status);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const { error } = await response.json();
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/\.$/);
  });

  test('too many bytes, photos and pixels, and no time', async () => {
    const limits = { bytes: 5000, photos: 2, pixels: 80 * 80 - 1, seconds: 0.002 };
    await withServer({ limits: { ...limits, seconds: 30 } }, async ({ url }) => {
      const codeOf = async (response: Response) => [
        response.status,
        (await response.json()).error.code,
      ];
      const noise = new Uint8Array(6000);
      expect(await codeOf(await raw('/predict', noise, url))).toEqual([413, 'too-many-bytes']);
      expect(await codeOf(await post('/predict', form(noise), {}, url))).toEqual([
        413,
        'too-many-bytes',
      ]);
      const halves = form(noise.subarray(3000), noise.subarray(2500));
      expect(await codeOf(await post('/predict', halves, {}, url))).toEqual([
        413,
        'too-many-bytes',
      ]);
      const three = form(noise.subarray(5990), noise.subarray(5990), noise.subarray(5990));
      expect(await codeOf(await post('/predict', three, {}, url))).toEqual([
        413,
        'too-many-photos',
      ]);
      const refused = await raw('/predict', photos[0]!, url);
      expect(refused.status).toBe(422);
      expect((await refused.json()).error.message).toMatch(/megapixels/);
    });
    await withServer({ limits: { seconds: limits.seconds } }, async ({ url }) => {
      const late = await raw('/explain', photos[0]!, url);
      expect([late.status, (await late.json()).error.code]).toEqual([504, 'too-slow']);
    });
  });

  test('503 with Retry-After while the server has as many requests as it takes', async () => {
    await withServer({ limits: { requests: 2 } }, async ({ url }) => {
      const { hostname, port } = new URL(url);
      const open: Socket[] = [];
      for (let count = 0; count < 2; count++) {
        const socket = connect(Number(port), hostname);
        open.push(socket);
        // The body never comes.
        socket.write(
          'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: 9\r\n\r\n',
        );
      }
      await expect.poll(() => level('shroom_requests', url)).toBe(2);
      const response = await raw('/predict', photos[0]!, url);
      expect(response.status).toBe(503);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect((await response.json()).error.code).toBe('busy');
      expect((await fetch(`${url}/health`)).status).toBe(200);
      for (const socket of open) socket.destroy();
      await expect.poll(() => level('shroom_requests', url)).toBe(0);
      expect((await raw('/predict', photos[0]!, url)).status).toBe(200);
    });
  });
});

/** Starts requests, and waits until their photos are computed. */
async function begun(url: string, count: number): Promise<Promise<Response>[]> {
  const running = Array.from({ length: count }, () => raw('/predict', photos[0]!, url));
  await expect
    .poll(() => level('shroom_photos_computing', url), { interval: 5 })
    .toBeGreaterThan(0);
  return running;
}

test('closing finishes the requests that run, and ends the processes', async () => {
  const other = await serve(run, { port: 0 });
  const [pid] = other.workers;
  const running = await begun(other.url, 24);
  await other.close();
  const statuses = (await Promise.all(running)).map(({ status }) => status);
  expect(statuses).toEqual(statuses.map(() => 200));
  await expect(fetch(`${other.url}/health`)).rejects.toThrow();
  expect(() => process.kill(pid!, 0)).toThrow('ESRCH');
});

test('a process that is killed during requests is replaced, and no request is lost', async () => {
  const ended: string[] = [];
  const onEvent: ServeOptions['onEvent'] = ({ reason }) => ended.push(reason);
  await withServer({ workers: 2, onEvent }, async other => {
    const before = other.workers;
    expect(before).toHaveLength(2);
    const running = await begun(other.url, 24);
    process.kill(before[0]!, 'SIGKILL');
    const responses = await Promise.all(running);
    const bodies = await Promise.all(responses.map(each => each.text()));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
    // All requests are the same, so are the answers.
    expect(new Set(bodies).size).toBe(1);
    expect(ended).toEqual(['it was ended by SIGKILL.']);
    await expect.poll(() => other.workers.length, { timeout: 20_000 }).toBe(2);
    expect(other.workers).toContain(before[1]);
    expect(await level('shroom_workers_ended_total', other.url)).toBe(1);
  });
});

test('what cannot be served, and a port that is taken, are typed errors', async () => {
  await expect(serve(folder, { port: 0 })).rejects.toThrow(
    /ClassifierFileError: .*there is no trained/,
  );
  const taken = serve(run, { port: Number(new URL(server.url).port) });
  await expect(taken).rejects.toThrow(ServeError);
  await expect(taken).rejects.toThrow(/is in use.*Take another/);
  await expect(serve(run, { page: join(folder, 'nowhere') })).rejects.toThrow(ServeError);
  await expect(serve(run, { workers: 0 })).rejects.toThrow(RangeError);
});

describe('the page', () => {
  /** The status for a request as it is written here. fetch would repair addresses, and would not ask with a tag. */
  const statusOf = (target: string, ...headers: readonly string[]) => {
    const { hostname, port } = new URL(server.url);
    return new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.once('data', data => {
        socket.destroy();
        resolve(data.toString().split(' ')[1]!);
      });
      socket.once('error', reject);
      socket.write([`GET ${target} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n'));
    });
  };
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(server.url + path, { headers });

  test('comes with its type and what it may do, and is asked for again', async () => {
    const response = await get('/');
    expect(await response.text()).toContain('<title>Page</title>');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'self'/);
    expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(response.headers.get('vary')).toBe(null);
    const tag = response.headers.get('etag')!;
    expect(await statusOf('/', `If-None-Match: ${tag}`)).toBe('304');
  });

  test.each([
    ['bytes=2-4', 206, 'bytes 2-4/10', '234'],
    ['bytes=-3', 206, 'bytes 7-9/10', '789'],
    ['bytes=8-', 206, 'bytes 8-9/10', '89'],
    ['bytes=8-99', 206, 'bytes 8-9/10', '89'],
    ['bytes=0-1,4-5', 200, null, '0123456789'],
    ['lines=1-2', 200, null, '0123456789'],
    ['bytes=10-', 416, 'bytes */10', undefined],
  ])('the range %s: %i', async (range, status, contentRange, body) => {
    const response = await get('/a.txt', { range });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-range')).toBe(contentRange);
    if (body !== undefined) expect(await response.text()).toBe(body);
    else expect((await response.json()).error.code).toBe('bad-request');
  });

  test('has no hidden files, and no links out of its folder', async () => {
    expect(await (await get('/b.txt')).text()).toBe('0123456789');
    for (const path of ['/.hidden', '/out/secret.txt', '/secret.txt', '/none.txt', '/sub/'])
      expect([path, (await get(path)).status]).toEqual([path, 404]);
  });

  test('wrong escapes and ways out of the folder get 4xx, and the server lives', async () => {
    expect(await statusOf('/%ff.html')).toBe('400');
    expect(await statusOf('/%')).toBe('400');
    for (const target of [
      '/../outside/secret.txt',
      '/%2e%2e/outside/secret.txt',
      '/..%2foutside%2fsecret.txt',
    ])
      expect(await statusOf(target)).toMatch(/^40[034]$/);
    expect((await get('/a.txt')).status).toBe(200);
  });
});

describe('the description of the API', () => {
  test('is true of the answers', async () => {
    const description = await (await fetch(`${server.url}/openapi.json`)).json();
    const ajv = new Ajv({ strict: false });
    ajv.addSchema(description, 'api');
    const isValid = (name: string, value: unknown) => {
      const validate = ajv.compile({ $ref: `api#/components/schemas/${name}` });
      expect([validate(value), validate.errors]).toEqual([true, null]);
    };
    isValid('Answers', await (await post('/predict', form(...photos))).json());
    isValid('Explanations', await (await post('/explain', form(...photos))).json());
    isValid('Answers', await (await post('/predict', form(photos[0]!, Buffer.from('x')))).json());
    isValid('Error', await (await raw('/predict', 'hello')).json());
    for (const [path, methods] of Object.entries<object>(description.paths))
      for (const method of Object.keys(methods)) {
        const response = await fetch(server.url + path, { method });
        expect([path, response.status]).toEqual([path, method === 'post' ? 400 : 200]);
      }
  });

  test('is a page that loads nothing', async () => {
    const response = await fetch(`${server.url}/api`);
    const html = await response.text();
    expect(html).toContain('<code>POST /predict</code>');
    expect(html).toContain('formaction="/explain?format=svg"');
    expect(html).not.toMatch(/<script|src=/);
    expect(new Set(html.match(/https?:\/\/[^/]+/g))).toEqual(new Set([server.url]));
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  });

  test.each([
    ['of another name', { host: 'photos.local:81' }, 'http://photos.local:81'],
    ['of IPv6', { host: '[::1]:8080' }, 'http://[::1]:8080'],
    [
      'of a proxy',
      { host: 'inside:1', 'x-forwarded-host': 'example.org', 'x-forwarded-proto': 'https' },
      'https://example.org',
    ],
    ['with a command in it', { host: 'x;rm$(a)<b>' }, undefined],
  ])('has commands for the address %s', async (_, headers, address = server.url) => {
    const html = await new Promise<string>((done, failed) => {
      getWithHost(`${server.url}/api`, { headers }, response => text(response).then(done, failed));
    });
    expect(html).toContain(`curl -F photo=@one.jpg -F photo=@two.jpg ${address}/predict<`);
  });
});

test('hundreds of damaged requests leave it alive', async () => {
  const before = await (await raw('/predict', photos[0]!)).text();
  const { statuses } = await fuzzServer(server.url, Buffer.from(photos[0]!), 300, 1);
  // Some were still sound enough, and some were refused.
  expect(statuses['200']).toBeGreaterThan(10);
  expect(statuses['400']).toBeGreaterThan(10);
  expect(await (await raw('/predict', photos[0]!)).text()).toBe(before);
  expect(await level('shroom_workers_ended_total')).toBe(0);
});

test('a program in CommonJS serves too', async () => {
  const program = `const { serve } = require('@shroom/classifier/server');
    serve(${JSON.stringify(run)}, { port: 0 }).then(async server => {
      console.log(await (await fetch(server.url + '/ready')).text());
      await server.close();
    });`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--eval', program], {
    cwd: join(root, 'integration'),
  });
  expect(JSON.parse(stdout)).toEqual({ status: 'ready', workers: 1 });
});

test('the classifier alone does not load the server', async () => {
  const program = `await import('@shroom/classifier');
    const { default: { _cache } } = await import('node:module');
    console.log(Object.keys(_cache).filter(path => /fastify|prom-client/.test(path)).length, Object.keys(_cache).length > 0);`;
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: join(root, 'integration'),
  });
  expect(stdout.trim()).toBe('0 true');
});
