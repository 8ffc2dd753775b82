import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { SafetensorsError } from '@shroom/formats';
import { staysBelow } from '../weights/file-names';
import { cacheFolder } from './cache';
import { makeInside, requireInside } from './cache-names';
import { noteDownload, noteUse } from './cache-use';
import { type DownloadOptions, download, type RemoteFile } from './download';
import { DownloadError, downloadError } from './download-error';
import { type HubSettings, hubSettings } from './hub-settings';
import { persist, Silence } from './interruption';
import { withLock } from './lock';
import { bytesIn, request } from './request';

/** A file of a model on the Hugging Face hub. */
export interface HubFile {
  /** Name of the model, `owner/name`. */
  readonly model: string;
  /** A branch, a tag or a commit. Default `main`. */
  readonly revision?: string;
  readonly file: string;
}

export interface HubOptions extends DownloadOptions {
  /** Environment variables. Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
}

export const isCommit = (revision: string) => /^[0-9a-f]{40}$/.test(revision);

/**
 * Returns the path of a file of the Hugging Face hub in the cache folder of Python's huggingface_hub, and downloads the file if it is
 * missing. A cached file of a commit is used without asking the server; for a branch, the server is asked for its current commit. A silent
 * server is asked again, and a broken download is resumed.
 *
 * @throws DownloadError when the file is not in the cache and cannot be downloaded, when HF_HUB_OFFLINE forbids downloading, or when the
 *   names would lead out of the cache. Its message says what to do.
 * @see https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 * @example
 * ```ts
 * const file = { model: 'timm/resnet50.a1_in1k', file: 'model.safetensors' };
 * const path = await fetchFromHub(file, { signal });
 * const { checkpoint, close } = await openSafetensors(path);
 * await close();
 * ```
 */
export async function fetchFromHub(wanted: HubFile, options: HubOptions = {}): Promise<string> {
  const { model, revision = 'main', file } = wanted;
  requireHubNames({ model, revision, file });
  const settings = await hubSettings(options.env);
  const folder = hubFolder(settings, model);
  const source = `hf:${model}@${revision}#${file}`;
  const cached = await findCached(folder, revision, file);
  if (cached && (isCommit(revision) || settings.offline)) {
    await noteUse(cached);
    return cached;
  }
  if (settings.offline) {
    throw new DownloadError(
      'offline',
      `${source} is not in ${settings.cache}, and HF_HUB_OFFLINE forbids downloading it.\n${waysOut(file)}`,
    );
  }
  const copy = cached && settings.cache;
  return withWaysOut({ source, file, copy, signal: options.signal }, async () => {
    const { remote, commit, etag } = await persist(
      source,
      () => askHub(settings, { model, revision, file }, source, options),
      async () => 0,
      options,
    );
    const blob = join(folder, 'blobs', etag);
    const path = join(folder, 'snapshots', commit, ...file.split('/'));
    const reference = isCommit(revision) ? undefined : join(folder, 'refs', ...revision.split('/'));
    await mkdir(folder, { recursive: true });
    await makeInside(folder, dirname(blob));
    const lock = join(settings.cache, '.locks', `models--${model.replace('/', '--')}`);
    await withLock(join(lock, `${etag}.shroom.lock`), options.signal, async () => {
      // Python writes to `.incomplete` under a lock that Node cannot take.
      if (!existsSync(blob)) {
        const own = { model, file, folder, etag };
        // The note is written before the download, because an incomplete download belongs to this package too.
        await noteDownload(cacheFolder(options.env), own);
        await download(remote, blob, `${blob}.shroom.incomplete`, options);
      } else await noteUse(blob);
      await makeInside(folder, dirname(path));
      await link(blob, path);
      if (!reference) return;
      await makeInside(folder, dirname(reference));
      await writeAtomically(reference, commit);
    });
    await requireInside(folder, path);
    return path;
  });
}

/** The folder of a model in the hub's cache. */
export const hubFolder = ({ cache }: Pick<HubSettings, 'cache'>, model: string): string =>
  join(cache, `models--${model.replace('/', '--')}`);

/**
 * Runs a download. If it fails, the error says what else can be done.
 *
 * @param copy Folder of an older copy of the file, if there is one.
 */
export async function withWaysOut<Result>(
  {
    source,
    file,
    copy,
    signal,
  }: { source: string; file: string; copy: string | undefined; signal: AbortSignal | undefined },
  action: () => Promise<Result>,
): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (error instanceof SafetensorsError) throw error;
    const failed = downloadError(source, error);
    const here = copy === undefined ? '' : `\nHF_HUB_OFFLINE=1 uses the copy in ${copy}.`;
    throw new DownloadError(failed.fault, `${failed.message}${here}\n${waysOut(file)}`, {
      cause: failed.cause ?? failed,
    });
  }
}

/**
 * Returns whether a file of the hub is in the cache, and otherwise its size in bytes; `undefined` if the hub must not be asked.
 *
 * @throws DownloadError when the names are invalid or the hub does not answer.
 */
export async function hubNeeds(
  { model, revision = 'main', file }: HubFile,
  options: HubOptions = {},
): Promise<{ here: boolean; download: number | undefined }> {
  requireHubNames({ model, revision, file });
  const settings = await hubSettings(options.env);
  const folder = hubFolder(settings, model);
  if (await findCached(folder, revision, file)) return { here: true, download: 0 };
  if (settings.offline) return { here: false, download: undefined };
  const source = `hf:${model}@${revision}#${file}`;
  const asked = () => askHub(settings, { model, revision, file }, source, options);
  const { remote, etag } = await persist(source, asked, async () => 0, options);
  const here = existsSync(join(folder, 'blobs', etag));
  return { here, download: here ? 0 : remote.bytes };
}

const waysOut = (file: string) =>
  `Ways out: download ${file} by hand and give its path as the source; HF_ENDPOINT names a mirror of the hub; ` +
  'weights that another machine has can be copied into HF_HUB_CACHE and used with HF_HUB_OFFLINE=1.';

/** @throws DownloadError when no file of the hub can have these names, or when they would lead out of the cache. */
export function requireHubNames({ model, revision, file }: Required<HubFile>): void {
  const isRepository =
    /^\w[\w.-]{0,95}\/\w[\w.-]{0,95}$/.test(model) && !/\.\.|--|[.-](\/|$)/.test(model);
  const wrong = !isRepository
    ? ['model', model, 'owner/name of letters, digits, single -, _ and .']
    : !staysBelow(revision)
      ? ['revision', revision, 'a branch, a tag or a commit']
      : !staysBelow(file)
        ? ['file', file, 'a path below the repository, without ..']
        : undefined;
  if (!wrong) return;
  const [what, name, expected] = wrong;
  throw new DownloadError(
    'name',
    `${what} ${JSON.stringify(name)} is not a valid name on the hub; expected is ${expected}.`,
  );
}

/** @throws DownloadError when a link leads out of the model's folder. */
export async function findCached(folder: string, revision: string, file: string) {
  const named = join(folder, 'refs', ...revision.split('/'));
  const commit = existsSync(named) ? (await readFile(named, 'utf8')).trim() : revision;
  if (!staysBelow(commit)) return undefined;
  const path = join(folder, 'snapshots', commit, ...file.split('/'));
  if (!existsSync(path)) return undefined;
  await requireInside(folder, path);
  return path;
}

/** Asks the hub for a file's commit and its hash, which is the name of its blob in the cache. */
export async function askHub(
  { endpoint, token }: HubSettings,
  { model, revision, file }: Required<HubFile>,
  source: string,
  options: HubOptions,
): Promise<{ remote: RemoteFile; commit: string; etag: string }> {
  const base = endpoint.href.replace(/\/$/, '');
  const path = file.split('/').map(encodeURIComponent).join('/');
  const url = new URL(`${base}/${model}/resolve/${encodeURIComponent(revision)}/${path}`);
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const silence = new Silence(options);
  let answer: Response;
  try {
    // Large files are on another server. The hub names the commit and the hash before it redirects there.
    answer = await request({ source, url, headers }, 'HEAD', {}, silence.signal, false);
  } catch (error) {
    throw silence.explain(source, error);
  } finally {
    silence.end();
  }
  const said = (name: string) => answer.headers.get(name);
  const commit = said('x-repo-commit');
  const etag = (said('x-linked-etag') ?? said('etag'))?.replace(/^W\//, '').replaceAll('"', '');
  const bytes = bytesIn(said('x-linked-size') ?? said('content-length'));
  if (!commit || !isCommit(commit) || !etag || bytes === undefined) {
    throw new DownloadError(
      'answer',
      `${source}: ${endpoint.origin} does not answer as a Hugging Face hub does. HF_ENDPOINT names the hub.`,
    );
  }
  return { remote: { source, url, bytes, headers, expected: expectedOf(etag) }, commit, etag };
}

/** The hub identifies large files by their SHA-256, small ones by the hash that git computes. */
function expectedOf(etag: string): RemoteFile['expected'] {
  if (/^[0-9a-f]{64}$/.test(etag)) return { kind: 'sha256', hash: etag };
  if (/^[0-9a-f]{40}$/.test(etag)) return { kind: 'git', hash: etag };
  throw new DownloadError(
    'answer',
    `The hub names a file '${etag.slice(0, 100)}', which is not a hash that can be checked.`,
  );
}

async function link(blob: string, path: string): Promise<void> {
  if (existsSync(path)) return;
  await mkdir(dirname(path), { recursive: true });
  try {
    await symlink(relative(dirname(path), blob), path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    // On Windows only some users may create links; Python copies the file in that case too.
    if (code !== 'EPERM') throw error;
    await copyFile(blob, path);
  }
}

export async function writeAtomically(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  try {
    await writeFile(part, text);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}
