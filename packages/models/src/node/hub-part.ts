import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cache';
import { makeInside } from './cache-names';
import { noteUse } from './cache-use';
import type { DownloadProgress } from './download-error';
import {
  askHub,
  fetchFromHub,
  findCached,
  type HubFile,
  type HubOptions,
  hubFolder,
  isCommit,
  requireHubNames,
  withWaysOut,
  writeAtomically,
} from './hub';
import { hubSettings } from './hub-settings';
import { persist } from './interruption';
import { withLock } from './lock';
import { downloadPart } from './part-download';
import { NoRangesError, type PartPlan, planPart } from './part-plan';

/** Some tensors of a safetensors file on the hub. */
export interface HubPart extends HubFile {
  /** Beginning of their names, such as `visual.`. */
  readonly tensors: string;
}

/** What is known of a part in the cache. It is kept beside the part. */
export interface PartNote extends Required<HubPart> {
  /** SHA-256 of the whole file, as the hub names it. */
  readonly etag: string;
  readonly bytes: number;
  /** SHA-256 of the part. */
  readonly sha256: string;
}

/** The folder of this package's cache for parts of files of the hub. */
export const partsFolder = (cache: string): string => join(cache, 'parts');

/** The ending of the name of a part, which begins with the hash of the whole file. */
export const partEnding = '.part';

/** The hash of the whole file, from the name of a file or of a part in the cache of the hub; undefined for other files. */
export const hashInName = (name: string): string | undefined =>
  /^([0-9a-f]{64})(\.part)?$/.exec(name)?.[1];

/**
 * Returns the path of a safetensors file that has only some of the tensors of a file on the hub. Only these are downloaded, by ranges of
 * bytes, and kept in this package's cache. The whole file is used where it is already in the hub's cache, and downloaded where its server
 * sends no ranges, or where all of its tensors are wanted.
 *
 * @throws DownloadError as `fetchFromHub` does.
 */
export async function fetchHubPart(wanted: HubPart, options: HubOptions = {}): Promise<string> {
  const part = { revision: 'main', ...wanted };
  requireHubNames(part);
  const { folder, source, kept, settings } = await placesOf(part, options);
  if (settings.offline || isCommit(part.revision)) {
    const whole = await findCached(hubFolder(settings, part.model), part.revision, part.file);
    if (!whole && kept) return used(folder, kept);
    if (whole || settings.offline) return fetchFromHub(part, options);
  }
  const copy = kept && cacheFolder(options.env);
  const ways = { source, file: part.file, copy, signal: options.signal };
  const found = await withWaysOut<string | Whole>(ways, async () => {
    const asked = () => askHub(settings, part, source, options);
    const { remote, etag } = await persist(source, asked, async () => 0, options);
    if (existsSync(join(hubFolder(settings, part.model), 'blobs', etag))) return {};
    if (kept?.etag === etag) return used(folder, kept);
    // Small files have no hash of their content, and need no parts.
    if (remote.expected?.kind !== 'sha256') return {};
    try {
      const plan = await planPart(remote, part.tensors, options);
      return plan ? await keep({ part, etag, folder, plan, remote }, options) : {};
    } catch (error) {
      if (!(error instanceof NoRangesError)) throw error;
      return { why: 'the whole file, because its server sends no parts' };
    }
  });
  if (typeof found === 'string') return found;
  const { why: note } = found;
  const { onProgress } = options;
  const told = note !== undefined &&
    onProgress && {
      onProgress: (progress: DownloadProgress) => onProgress({ ...progress, note }),
    };
  return fetchFromHub(part, { ...options, ...told });
}

/** The whole file is used. */
interface Whole {
  /** What is downloaded instead of the part, and why. Absent if it is as expected. */
  readonly why?: string;
}

async function keep(
  { part, etag, folder, plan, remote }: Download,
  options: HubOptions,
): Promise<string> {
  await makeInside(cacheFolder(options.env), folder);
  return withLock(`${folder}.lock`, options.signal, async () => {
    const now = await noteIn(folder);
    if (now?.etag === etag) return used(folder, now);
    const path = pathOf(folder, etag);
    const sha256 = await downloadPart(remote, plan, path, `${path}.incomplete`, options);
    const note: PartNote = { ...part, etag, bytes: plan.bytes, sha256 };
    await writeAtomically(join(folder, noteName), JSON.stringify(note));
    // Another process may read an older version, which Windows does not remove then.
    for (const name of await readdir(folder))
      if (name !== noteName && join(folder, name) !== path)
        await rm(join(folder, name), { force: true }).catch(() => {});
    return path;
  });
}

interface Download {
  readonly part: Required<HubPart>;
  readonly etag: string;
  readonly folder: string;
  readonly plan: PartPlan;
  readonly remote: Parameters<typeof downloadPart>[0];
}

/**
 * Returns whether a part is in the cache, and otherwise its size in bytes; `undefined` if the hub must not be asked.
 *
 * @throws DownloadError when the names are invalid or the hub does not answer.
 */
export async function hubPartNeeds(
  wanted: HubPart,
  options: HubOptions = {},
): Promise<{ here: boolean; download: number | undefined }> {
  const part = { revision: 'main', ...wanted };
  requireHubNames(part);
  const { source, kept, settings } = await placesOf(part, options);
  const hub = hubFolder(settings, part.model);
  if (kept || (await findCached(hub, part.revision, part.file))) return { here: true, download: 0 };
  if (settings.offline) return { here: false, download: undefined };
  const asked = () => askHub(settings, part, source, options);
  const { remote, etag } = await persist(source, asked, async () => 0, options);
  if (existsSync(join(hub, 'blobs', etag))) return { here: true, download: 0 };
  const plan = await planPart(remote, part.tensors, options).catch(error => {
    if (!(error instanceof NoRangesError)) throw error;
  });
  return { here: false, download: plan?.bytes ?? remote.bytes };
}

async function placesOf(part: Required<HubPart>, { env }: HubOptions) {
  const { model, revision, file, tensors } = part;
  const facts = [model, revision, file, tensors].join('\n');
  const id = createHash('sha256').update(facts).digest('hex').slice(0, 32);
  const folder = join(partsFolder(cacheFolder(env)), `${model.replace('/', '--')}--${id}`);
  const source = `hf:${model}@${revision}#${file}:${tensors}`;
  return { folder, source, kept: await noteIn(folder), settings: await hubSettings(env) };
}

const noteName = 'part.json';
const pathOf = (folder: string, etag: string) => join(folder, `${etag}${partEnding}`);

async function used(folder: string, { etag }: PartNote): Promise<string> {
  const path = pathOf(folder, etag);
  await noteUse(path);
  return path;
}

/** The note of a whole part in a folder; undefined if there is none. */
export async function noteIn(folder: string): Promise<PartNote | undefined> {
  const text = await readFile(join(folder, noteName), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const note = JSON.parse(text) as PartNote;
    if (!/^[0-9a-f]{64}$/.test(note.etag)) return undefined;
    const { size } = await stat(pathOf(folder, note.etag));
    return size === note.bytes ? note : undefined;
  } catch {
    return undefined;
  }
}
