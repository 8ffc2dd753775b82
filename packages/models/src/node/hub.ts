import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type DownloadOptions, download, type RemoteFile, request } from './download';
import { DownloadError, downloadError } from './download-error';
import { type HubSettings, hubSettings } from './hub-settings';
import { withLock } from './lock';

/** A file of a model on the Hugging Face hub. */
export interface HubFile {
  /** `owner/name`. */
  readonly model: string;
  /** A branch, a tag or a commit. Default `main`. */
  readonly revision?: string;
  readonly file: string;
}

export interface HubOptions extends DownloadOptions {
  /** Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
}

const isCommit = (revision: string) => /^[0-9a-f]{40}$/.test(revision);

/**
 * The path of a file of the hub in the cache folder that Python's huggingface_hub uses, downloaded when it is not there.
 * A file of a commit that is in the cache is not asked for again; of a branch, the server says which commit it is.
 *
 * @throws DownloadError when it is not in the cache and cannot be fetched, or HF_HUB_OFFLINE forbids it.
 * @see https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
export async function fetchFromHub(wanted: HubFile, options: HubOptions = {}): Promise<string> {
  const { model, revision = 'main', file } = wanted;
  const settings = await hubSettings(options.env);
  const folder = join(settings.cache, `models--${model.replace('/', '--')}`);
  const source = `hf:${model}@${revision}#${file}`;
  const cached = await findCached(folder, revision, file);
  if (cached && (isCommit(revision) || settings.offline)) return cached;
  if (settings.offline) {
    throw new DownloadError(
      `${source} is not in ${settings.cache}, and HF_HUB_OFFLINE forbids to download it.`,
    );
  }
  try {
    const { remote, commit, etag } = await ask(settings, wanted, source, options.signal);
    const blob = join(folder, 'blobs', etag);
    const lock = join(settings.cache, '.locks', `models--${model.replace('/', '--')}`);
    await withLock(join(lock, `${etag}.shroom.lock`), options.signal, async () => {
      // Python writes to `.incomplete` under a lock that Node cannot take.
      if (!existsSync(blob)) await download(remote, blob, `${blob}.shroom.incomplete`, options);
      await link(blob, join(folder, 'snapshots', commit, file));
      if (!isCommit(revision)) await writeAtomically(join(folder, 'refs', revision), commit);
    });
    return join(folder, 'snapshots', commit, file);
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    const failed = downloadError(source, error);
    if (cached) failed.message += `\nHF_HUB_OFFLINE=1 uses the copy in ${settings.cache}.`;
    throw failed;
  }
}

async function findCached(folder: string, revision: string, file: string) {
  const named = join(folder, 'refs', revision);
  const commit = existsSync(named) ? (await readFile(named, 'utf8')).trim() : revision;
  const path = join(folder, 'snapshots', commit, file);
  return existsSync(path) ? path : undefined;
}

/** What the hub says of a file: its commit, and its hash, which is the name of its blob in the cache. */
async function ask(
  { endpoint, token }: HubSettings,
  { model, revision = 'main', file }: HubFile,
  source: string,
  signal: AbortSignal | undefined,
): Promise<{ remote: RemoteFile; commit: string; etag: string }> {
  const base = endpoint.href.replace(/\/$/, '');
  const url = new URL(
    `${base}/${model}/resolve/${encodeURIComponent(revision)}/${encodeURI(file)}`,
  );
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  // Large files are elsewhere; what is asked for is said before the hub sends us there.
  const answer = await request({ source, url, headers }, 'HEAD', {}, signal, false);
  const said = (name: string) => answer.headers.get(name);
  const commit = said('x-repo-commit');
  const etag = (said('x-linked-etag') ?? said('etag'))?.replace(/^W\//, '').replaceAll('"', '');
  const bytes = Number(said('x-linked-size') ?? said('content-length') ?? Number.NaN);
  if (!commit || !isCommit(commit) || !etag || !/^[\w.-]+$/.test(etag) || Number.isNaN(bytes)) {
    throw new DownloadError(
      `${source}: ${endpoint.origin} does not answer as a Hugging Face hub does. HF_ENDPOINT names the hub.`,
    );
  }
  return { remote: { source, url, bytes, headers, expected: expectedOf(etag) }, commit, etag };
}

/** Large files are named by their sha256, small ones by the hash that git gives them. */
function expectedOf(etag: string): RemoteFile['expected'] {
  if (/^[0-9a-f]{64}$/.test(etag)) return { kind: 'sha256', hash: etag };
  if (/^[0-9a-f]{40}$/.test(etag)) return { kind: 'git', hash: etag };
  throw new DownloadError(
    `The hub names a file '${etag}', which is not a hash that can be checked.`,
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
    // Windows lets only some users make links; Python copies there too.
    if (code !== 'EPERM') throw error;
    await copyFile(blob, path);
  }
}

async function writeAtomically(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  try {
    await writeFile(part, text);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}
