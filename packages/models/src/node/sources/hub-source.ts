import { existsSync } from 'node:fs';
import { readdir, readlink, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { forgetDownload, type OwnBlob, readDownloads } from '../cache-use';
import { entryOf, type RemovableWeights, removed } from '../cached-weights';
import { DownloadError } from '../download-error';
import { fetchFromHub, type HubFile, hubNeeds, requireHubNames } from '../hub';
import {
  fetchHubPart,
  type HubPart,
  hashInName,
  hubPartNeeds,
  noteIn,
  partsFolder,
} from '../hub-part';
import { withLock } from '../lock';
import type { CachingSource, FileNeeds } from './weights-source';

/** The source for `hf:owner/name@revision#file` on the Hugging Face hub, and for `...#file:visual.`, some tensors of a file. */
export const hubSource: CachingSource = {
  fetch: async (address, options) => {
    const { tensors, ...wanted } = parseHubSource(address);
    if (tensors !== undefined) return fetchHubPart({ ...wanted, tensors }, options);
    return eitherFile(address, wanted, each => fetchFromHub(each, options));
  },
  needs: async (address, options) => {
    const { tensors, ...wanted } = parseHubSource(address);
    if (tensors !== undefined) return hubPartNeeds({ ...wanted, tensors }, options);
    return eitherFile(address, wanted, each => hubNeeds(each, options), isKnown);
  },
  cached,
};

/** The file of models that have no `model.safetensors`. */
const pytorchFile = 'pytorch_model.bin';

/** Whether the hub or its cache has the file. */
const isKnown = ({ here, download }: FileNeeds): boolean => here || download !== undefined;

/** Asks for the file of an address. If it names none and there is no safetensors file, asks for PyTorch's. */
async function eitherFile<Found>(
  address: string,
  wanted: HubFile,
  ask: (wanted: HubFile) => Promise<Found>,
  isFound: (found: Found) => boolean = () => true,
): Promise<Found> {
  const isAbsent = (asked: Promise<Found>) => asked.then(found => !isFound(found), lacksFile);
  const first = ask(wanted);
  if (address.includes('#') || !(await isAbsent(first))) return first;
  const second = ask({ ...wanted, file: pytorchFile });
  return (await isAbsent(second)) ? first : second;
}

/** Whether the hub or, without a network, its cache does not have the file. */
const lacksFile = (error: unknown): boolean =>
  error instanceof DownloadError && (error.fault === 'missing' || error.fault === 'offline');

/** Splits an address such as `hf:timm/resnet50.tv2_in1k@main#model.safetensors` into its parts. */
export function parseHubSource(source: string): HubFile & Partial<HubPart> {
  const found = /^hf:([^@#]+)(?:@([^#]+))?(?:#(?:(.+\.safetensors):([\w.-]+)|(.+)))?$/s.exec(
    source,
  );
  const [, model = '', revision = 'main', whole, tensors, named = 'model.safetensors'] =
    found ?? [];
  const file = whole ?? named;
  try {
    requireHubNames({ model, revision, file });
  } catch (error) {
    throw new DownloadError(
      'name',
      `${JSON.stringify(source)} should be hf:owner/name, hf:owner/name@revision, hf:owner/name@revision#file or hf:owner/name#name.safetensors:visual. for some of its tensors.`,
      { cause: error },
    );
  }
  return { model, revision, file, ...(tensors !== undefined && { tensors }) };
}

/** Lists the files that this package has put into the hub's cache, which is shared with Python. */
async function cached(cache: string): Promise<RemovableWeights[]> {
  const found: RemovableWeights[] = [];
  for (const own of await readDownloads(cache)) {
    const { model, file, folder, etag } = own;
    const blob = join(folder, 'blobs', etag);
    const unfinished = `${blob}.shroom.incomplete`;
    for (const path of [blob, unfinished]) {
      const entry = await entryOf('hub', `hf:${model}#${file}`, path, path === unfinished);
      if (!entry) continue;
      const lock = join(dirname(folder), '.locks', basename(folder), `${etag}.shroom.lock`);
      const remove = (signal: AbortSignal | undefined) =>
        withLock(lock, signal, async () => {
          if (!(await removed(path))) return false;
          if (path === blob) await removeLinks(own);
          if (![blob, unfinished].some(existsSync)) await forgetDownload(cache, own);
          return true;
        });
      found.push({ entry, remove });
    }
  }
  return [...found, ...(await cachedParts(cache))];
}

/** Lists the parts of files below this package's own folder. */
async function cachedParts(cache: string): Promise<RemovableWeights[]> {
  const found: RemovableWeights[] = [];
  for (const name of await readdir(partsFolder(cache)).catch(() => [])) {
    const [, owner, model] = /^([\w.-]+?)--([\w.-]+)--[0-9a-f]{32}$/.exec(name) ?? [];
    if (model === undefined) continue;
    const folder = join(partsFolder(cache), name);
    const note = await noteIn(folder);
    const file = note ? `#${note.file}:${note.tensors}` : '';
    const source = `hf:${owner}/${model}${file}`;
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if (hashInName(name.replace(/\.incomplete$/, '')) === undefined) continue;
      const entry = await entryOf('hub', source, path, name.endsWith('.incomplete'));
      if (!entry) continue;
      const remove = (signal: AbortSignal | undefined) =>
        withLock(`${folder}.lock`, signal, () => removed(folder));
      found.push({ entry, remove });
    }
  }
  return found;
}

/** Removes the links of snapshots to a blob that was removed. */
async function removeLinks({ folder, etag }: OwnBlob): Promise<void> {
  const snapshots = join(folder, 'snapshots');
  const entries = await readdir(snapshots, { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  for (const entry of entries) {
    if (!entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    if (basename(await readlink(path)) === etag) await rm(path, { force: true });
  }
}
