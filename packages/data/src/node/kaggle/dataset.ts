import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { unpackArchive } from '../unpacking';
import { findCredentials } from './credentials';
import { DownloadError, type DownloadOptions, download, type Request } from './download';

export interface KaggleOptions extends DownloadOptions {
  /** Environment variables. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Home folder. Default: that of the user. */
  readonly home?: string;
}

/**
 * Thrown when a Kaggle data set could not be downloaded.
 *
 * @example
 * ```ts
 * try {
 *   console.log(await fetchKaggle('someone/mushrooms'));
 * } catch (error) {
 *   if (!(error instanceof KaggleError)) throw error;
 *   console.error(error.message); // says whether to log in, to wait, or to check the network; calling again resumes
 * }
 * ```
 */
export class KaggleError extends Error {
  override readonly name = 'KaggleError';
}

type Surroundings = Readonly<Record<string, string | undefined>>;

interface Handle {
  readonly owner: string;
  readonly slug: string;
  readonly version: number | undefined;
}

/**
 * The folder of a Kaggle data set. It is downloaded and unpacked if it does not exist yet. The folder is in the cache of
 * Kaggle's own client (kagglehub), so that both find each other's downloads.
 *
 * @param name `owner/slug`, or `owner/slug/versions/3`.
 * @throws KaggleError saying what to do.
 * @throws KaggleCredentialsError when the credentials cannot be used.
 * @example
 * ```ts
 * const folder = await fetchKaggle('someone/mushrooms', {
 *   onProgress: ({ done, total }) => console.log(`${done} of ${total} bytes`),
 * });
 * const { classes, photos } = await openFolder(folder);
 * ```
 */
export async function fetchKaggle(name: string, options: KaggleOptions = {}): Promise<string> {
  const { env = process.env, home = homedir(), signal } = options;
  const handle = parseHandle(name);
  const { owner, slug } = handle;
  const endpoint = endpointOf(env);
  const base = join(
    env.KAGGLEHUB_CACHE ?? join(home, '.cache', 'kagglehub'),
    'datasets',
    owner,
    slug,
  );
  const authorization = await findCredentials({ env, home });
  const call = caller(endpoint, authorization);
  try {
    const version = handle.version ?? (await currentVersion(call, handle, signal));
    const folder = join(base, 'versions', `${version}`);
    const marker = join(base, `${version}.complete`);
    if (existsSync(marker) && existsSync(folder)) return folder;
    await mkdir(base, { recursive: true });
    const archive = join(base, `${version}.archive`);
    const body = { ownerSlug: owner, datasetSlug: slug, datasetVersionNumber: version };
    await download(call('DownloadDataset', body), archive, options);
    // A folder without its marker is an incomplete download.
    await rm(folder, { recursive: true, force: true });
    await unpackArchive(archive, folder, signal ? { signal } : {});
    await rm(archive);
    await writeFile(marker, '');
    return folder;
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    throw new KaggleError(explain(error, handle, endpoint, authorization !== undefined), {
      cause: error,
    });
  }
}

/** The address of Kaggle's API. @throws KaggleError for settings that cannot be used. */
function endpointOf({ KAGGLE_API_ENDPOINT, KAGGLEHUB_CACHE }: Surroundings): string {
  const endpoint = KAGGLE_API_ENDPOINT ?? 'https://www.kaggle.com';
  if (KAGGLEHUB_CACHE?.includes('\0'))
    throw new KaggleError(
      'KAGGLEHUB_CACHE holds a NUL character; it should be the path of a folder.',
    );
  if (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)) return endpoint;
  throw new KaggleError(
    `KAGGLE_API_ENDPOINT is ${JSON.stringify(endpoint)}; it should be an address, for example https://www.kaggle.com.`,
  );
}

function parseHandle(name: string): Handle {
  const match = /^([\w-]+)\/([\w-]+)(?:\/versions\/([1-9]\d{0,8}))?$/.exec(name);
  if (!match) {
    throw new KaggleError(
      `${JSON.stringify(name)} is not the name of a Kaggle data set; it should be owner/slug or owner/slug/versions/3.`,
    );
  }
  const [, owner, slug, version] = match;
  return {
    owner: owner!,
    slug: slug!,
    version: version === undefined ? undefined : Number(version),
  };
}

type Caller = (method: string, body: object) => Request;

/** Makes requests like Kaggle's client. `fetch` drops `Authorization` when it is redirected to another host. */
function caller(endpoint: string, authorization: string | undefined): Caller {
  return (method, body) => (headers, signal) =>
    fetch(`${endpoint}/api/v1/datasets.DatasetApiService/${method}`, {
      method: 'POST',
      headers: {
        ...headers,
        'Accept-Encoding': 'identity',
        'Content-Type': 'application/json',
        'User-Agent': 'shroom',
        ...(authorization !== undefined && { Authorization: authorization }),
      },
      body: JSON.stringify(body),
      signal,
    });
}

async function currentVersion(
  call: Caller,
  { owner, slug }: Handle,
  signal: AbortSignal | undefined,
): Promise<number> {
  const request = call('GetDataset', { ownerSlug: owner, datasetSlug: slug });
  const timeout = AbortSignal.timeout(15_000);
  let response: Response;
  try {
    response = await request({}, signal ? AbortSignal.any([signal, timeout]) : timeout);
  } catch (error) {
    signal?.throwIfAborted();
    const cause = (error as Error & { cause?: NodeJS.ErrnoException }).cause;
    throw new DownloadError(`the connection failed (${cause?.code ?? (error as Error).message})`, {
      cause: error,
    });
  }
  if (!response.ok) {
    throw new DownloadError(`the server answered ${response.status}`, { status: response.status });
  }
  const version = await versionIn(response);
  if (Number.isSafeInteger(version) && (version as number) > 0) return version as number;
  throw new DownloadError('the server did not name a version');
}

/** Maximum number of bytes of an answer; real ones have a few kilobytes. */
const mostAnswer = 2 ** 22;

async function versionIn(response: Response): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of (response.body ?? []) as unknown as AsyncIterable<Uint8Array>) {
      length += part.length;
      if (length > mostAnswer) throw new DownloadError("the server's answer is too long");
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof DownloadError) throw error;
    throw new DownloadError(`the answer was interrupted (${(error as Error).message})`, {
      cause: error,
    });
  }
  try {
    const answer = JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown> | null;
    return answer?.currentVersionNumber;
  } catch (error) {
    throw new DownloadError("the server's answer is not JSON", { cause: error });
  }
}

/** The error message: what went wrong, and what to do. */
function explain(
  { message, status }: DownloadError,
  { owner, slug }: Handle,
  endpoint: string,
  loggedIn: boolean,
): string {
  const page = `https://www.kaggle.com/datasets/${owner}/${slug}`;
  const byHand = `Or download it by hand from ${page}, and open the zip file or the unpacked folder.`;
  const what = `The Kaggle data set ${owner}/${slug} could not be downloaded from ${new URL(endpoint).host}: ${message}.`;
  if (status === 404) return `${what} Is the name right?`;
  if (status === 401 || status === 403) {
    const advice = loggedIn
      ? `Are the credentials still valid, and were the terms accepted at ${page}?`
      : 'It may need a login: make a token at kaggle.com under Settings, API, and put it into KAGGLE_API_TOKEN.';
    return `${what} ${advice} ${byHand}`;
  }
  if (status === 429)
    return `${what} Kaggle limits the number of requests; run the same command later to continue. ${byHand}`;
  return `${what} Run the same command again to continue the download. ${byHand}`;
}
