import type { randomStream } from '@shroom/data';

type Random = ReturnType<typeof randomStream>;

/** A request before it is written as bytes. */
interface Request {
  method: string;
  target: string;
  /** Names and values, in order. The same name may come twice. */
  headers: [name: string, value: string][];
  body: Buffer;
}

const one = <T>(list: readonly T[], random: Random): T => list[random.below(list.length)]!;

const formOf = (photos: readonly Buffer[]): Buffer =>
  Buffer.concat([
    ...photos.flatMap((photo, index) => [
      Buffer.from(
        `--x\r\nContent-Disposition: form-data; name="photo"; filename="${index}.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`,
      ),
      photo,
      Buffer.from('\r\n'),
    ]),
    Buffer.from('--x--\r\n'),
  ]);

/** Valid requests, which are then damaged. */
function validRequest(photo: Buffer, random: Random): Request {
  const raw = (target: string): Request => ({
    ...{ method: 'POST', target, body: photo },
    headers: [['Content-Type', 'image/jpeg']],
  });
  const form = (target: string): Request => ({
    ...{ method: 'POST', target, body: formOf([photo, photo].slice(random.below(2))) },
    headers: [['Content-Type', 'multipart/form-data; boundary=x']],
  });
  const get = (target: string): Request => ({
    ...{ method: 'GET', target, headers: [], body: Buffer.alloc(0) },
  });
  const request = one(
    [
      () => raw('/predict'),
      () => raw('/predict?views=1'),
      () => raw('/explain?format=svg'),
      () => form('/predict'),
      () => form('/explain?layout=panels'),
      () =>
        get(
          one(
            ['/', '/index.html', '/a.txt', '/health', '/metrics', '/api', '/openapi.json'],
            random,
          ),
        ),
    ],
    random,
  )();
  request.headers.push(['Host', 'localhost'], ['Content-Length', `${request.body.length}`]);
  return request;
}

const strange = [
  '',
  '0',
  '-1',
  '1e9',
  '99999999999999999999',
  'NaN',
  '\u00ff',
  '"',
  ';',
  ',',
  '*/*',
  '../..',
  '%',
  'x'.repeat(9000),
];
const targets = [
  '/%ff.html',
  '/%',
  '//',
  '/../../etc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/..%2f..%2fetc%2fpasswd',
  '/.hidden',
  '/out/secret.txt',
  '/predict/../predict',
  '/predict?views[]=1',
  '/predict?__proto__=1',
  '/explain?class=%00&tap=constructor',
  '/explain?tap=__proto__',
  `/${'a'.repeat(5000)}`,
  '*',
  'http://elsewhere.example/predict',
];
const headers: readonly [string, string][] = [
  ['Range', 'bytes=0-0,2-3,-1,9999-'],
  ['Range', 'bytes=99999999999999999999-'],
  ['Accept', 'image/svg+xml;q=2, */*;q='],
  ['Expect', '100-continue'],
  ['Expect', 'something'],
  ['Transfer-Encoding', 'chunked'],
  ['Transfer-Encoding', 'gzip, chunked'],
  ['Content-Encoding', 'gzip'],
  ['Content-Type', 'multipart/form-data'],
  ['Content-Type', 'multipart/form-data; boundary='],
  ['Content-Type', 'application/json'],
  ['If-Modified-Since', 'yesterday'],
  ['Upgrade', 'websocket'],
  ['Connection', 'upgrade'],
];

const changes: readonly ((request: Request, random: Random) => void)[] = [
  request => {
    request.headers = request.headers.filter(([name]) => name !== 'Content-Type');
  },
  (request, random) => {
    request.method = one(['GET', 'PUT', 'HEAD', 'OPTIONS', 'BREW', '', 'post'], random);
  },
  (request, random) => {
    request.target = one(targets, random);
  },
  (request, random) => {
    request.headers.push(one(headers, random));
  },
  (request, random) => {
    one(request.headers, random)[1] = one(strange, random);
  },
  (request, random) => {
    const place = random.below(request.target.length + 1);
    request.target =
      request.target.slice(0, place) + one(strange, random) + request.target.slice(place);
  },
  (request, random) => {
    request.body = Buffer.from(request.body.subarray(0, random.below(request.body.length + 1)));
    const length = request.headers.find(([name]) => name === 'Content-Length');
    // Half of the time the length stays as it was, and more is awaited than comes.
    if (length && random.chance(0.5)) length[1] = `${request.body.length}`;
  },
  (request, random) => {
    request.body = Buffer.from(request.body);
    for (let times = 1 + random.below(20); times > 0 && request.body.length > 0; times--)
      request.body[random.below(request.body.length)]! ^= 1 << random.below(8);
  },
  (request, random) => {
    const extra = Buffer.from(one(['\r\n\r\nGET / HTTP/1.1\r\n\r\n', '--x--', '\0\0\0'], random));
    request.body = Buffer.concat([request.body, extra]);
  },
];

const written = ({ method, target, headers: lines, body }: Request): Buffer => {
  const head = [
    `${method} ${target} HTTP/1.1`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
};

/** The bytes of a request that was changed in one to three ways. One in eight also has wrong bytes anywhere. */
export function damagedRequest(photo: Buffer, random: Random): Buffer {
  const request = validRequest(photo, random);
  for (let times = 1 + random.below(3); times > 0; times--) one(changes, random)(request, random);
  const bytes = written(request);
  if (random.below(8) === 0)
    for (let times = 1 + random.below(4); times > 0; times--)
      bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
}
