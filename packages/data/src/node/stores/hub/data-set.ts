import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { httpFile } from '../http';
import { readRemote } from '../remote-file';
import type { RetryOptions } from '../retrying';
import { PhotoStoreError } from '../store-error';
import { type HubAddress, hubFileAddress } from './address';
import { hubAdvice } from './file';
import { type HubSettings, hubSettings } from './settings';

/** A file of a data set. */
interface HubDataFile {
  /** Path in the repository. */
  readonly name: string;
  /** Its address, or its path in the cache. */
  readonly place: string;
}

/** A data set at one commit. */
export interface HubDataSet {
  readonly commit: string;
  readonly files: readonly HubDataFile[];
  /** What the card of the data set says about configurations: patterns of files by split. */
  readonly configs: readonly HubConfig[];
}

export interface HubConfig {
  readonly name: string;
  readonly isDefault: boolean;
  readonly dataFiles: readonly { readonly split: string; readonly paths: readonly string[] }[];
}

/**
 * Finds the files of a data set. With HF_HUB_OFFLINE, those that Python's huggingface_hub has downloaded.
 *
 * @throws PhotoStoreError when there is no such data set.
 */
export async function hubDataSet(address: HubAddress, options: RetryOptions): Promise<HubDataSet> {
  const settings = await hubSettings();
  if (settings.offline) return cachedDataSet(address, settings);
  const { id, revision } = address;
  const { endpoint, token } = settings;
  const source = `hf:datasets/${id}@${revision}`;
  const file = httpFile(
    `${endpoint}/api/datasets/${id}/revision/${encodeURIComponent(revision)}`,
    token ? { authorization: `Bearer ${token}` } : {},
    { advice: hubAdvice, shown: source },
  );
  const text = (await readRemote(file, 0, undefined, options)).toString();
  const { sha, siblings, cardData } = parsed(text);
  if (typeof sha !== 'string' || !/^[0-9a-f]{40}$/.test(sha) || !Array.isArray(siblings))
    throw new PhotoStoreError(
      'answer',
      `${source}: ${new URL(endpoint).host} does not answer as a Hugging Face hub does. HF_ENDPOINT names the hub.`,
    );
  const names = siblings.flatMap(({ rfilename: name }) => (isSafe(name) ? [name] : []));
  return {
    commit: sha,
    files: names.map(name => ({ name, place: hubFileAddress(id, sha, name) })),
    configs: configsOf(cardData),
  };
}

const isSafe = (name: unknown): name is string =>
  typeof name === 'string' &&
  name !== '' &&
  !name.split('/').includes('..') &&
  !name.startsWith('/');

interface Answer {
  readonly sha?: unknown;
  readonly siblings?: readonly { readonly rfilename?: unknown }[];
  readonly cardData?: unknown;
}

function parsed(text: string): Answer {
  try {
    return (JSON.parse(text) ?? {}) as Answer;
  } catch {
    return {};
  }
}

/** @see https://huggingface.co/docs/hub/datasets-manual-configuration */
function configsOf(card: unknown): HubConfig[] {
  const { configs } = (card ?? {}) as { readonly configs?: unknown };
  if (!Array.isArray(configs)) return [];
  return configs.flatMap((each: Record<string, unknown>): HubConfig[] => {
    const { config_name: name, data_files: files, default: isDefault, data_dir: folder } = each;
    if (typeof name !== 'string') return [];
    const below = (path: string) => (typeof folder === 'string' ? `${folder}/${path}` : path);
    const listed: unknown[] = Array.isArray(files) ? files : files === undefined ? ['**'] : [files];
    const dataFiles = listed.flatMap(item => {
      if (typeof item === 'string') return [{ split: '', paths: [below(item)] }];
      const { split, path } = (item ?? {}) as { readonly split?: unknown; readonly path?: unknown };
      const paths = [path].flat().filter(one => typeof one === 'string');
      return typeof split === 'string' ? [{ split, paths: paths.map(below) }] : [];
    });
    return [{ name, isDefault: isDefault === true || name === 'default', dataFiles }];
  });
}

/** A data set in the cache of Python's huggingface_hub. Its card is not read there. */
async function cachedDataSet(
  { id, revision }: HubAddress,
  { cache }: HubSettings,
): Promise<HubDataSet> {
  const folder = join(cache, `datasets--${id.replace('/', '--')}`);
  const named = await readFile(join(folder, 'refs', ...revision.split('/')), 'utf8').catch(
    () => '',
  );
  const commit = named.trim() || revision;
  const snapshot = join(folder, 'snapshots', commit);
  const entries = /^[0-9a-f]{40}$/.test(commit)
    ? await readdir(snapshot, { recursive: true, withFileTypes: true }).catch(() => [])
    : [];
  const files = entries
    .filter(entry => !entry.isDirectory())
    .map(entry => {
      const place = join(entry.parentPath, entry.name);
      return { name: place.slice(snapshot.length + 1).replaceAll('\\', '/'), place };
    });
  if (files.length === 0)
    throw new PhotoStoreError(
      'offline',
      `hf:datasets/${id}@${revision} is not in ${cache}, and HF_HUB_OFFLINE forbids asking the hub. \`hf download --repo-type dataset ${id}\` downloads it.`,
    );
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { commit, files, configs: [] };
}
