import { partNamed } from '../../given-split';
import { PhotoSetError } from '../collection';
import type { PhotoListing } from '../photo-listing';
import type { OpenPhotosOptions } from '../sources/photo-source';
import { type HubAddress, parseHub } from '../stores/hub/address';
import { type HubConfig, type HubDataSet, hubDataSet } from '../stores/hub/data-set';
import type { RetryOptions } from '../stores/retrying';
import { isSystem } from '../system-files';
import { listFileSet } from './file-set';
import { expressionOf } from './remote-files';
import type { SetFile } from './set-file';

/** Lists a data set of the Hugging Face hub. */
export async function listHub(where: string, options: OpenPhotosOptions): Promise<PhotoListing> {
  const { signal } = options;
  const { shown, files } = await hubFiles(where, signal ? { signal } : {});
  return { where: shown, listed: await listFileSet(shown, files, options) };
}

/**
 * The files of a data set that an address names.
 *
 * @throws PhotoSetError when there is no such configuration or split.
 */
export async function hubFiles(
  where: string,
  options: RetryOptions,
): Promise<{ readonly shown: string; readonly files: readonly SetFile[] }> {
  const address = parseHub(where);
  const set = await hubDataSet(address, options);
  const shown = `hf:datasets/${address.id}@${set.commit}`;
  const config = configOf(shown, address, set);
  const all = set.files.filter(({ name }) => !name.split('/').some(isSystem));
  const files = config ? byPatterns(all, config) : all.map(file => withSplit(file));
  const { split } = address;
  const isOf = (file: SetFile) =>
    file.split === split ||
    (file.split !== undefined &&
      partNamed(file.split) === partNamed(split!) &&
      partNamed(split!) !== undefined);
  const own = split === undefined ? files : files.filter(isOf);
  if (own.length > 0) return { shown, files: own };
  const splits = [...new Set(files.flatMap(file => file.split ?? []))];
  throw new PhotoSetError(
    split === undefined
      ? `${shown} has no files${config ? ` of the configuration '${config.name}'` : ''}.`
      : `${shown} has no split '${split}'; it has ${splits.join(', ') || 'none'}.`,
  );
}

function configOf(
  shown: string,
  { config: wanted }: HubAddress,
  { configs }: HubDataSet,
): HubConfig | undefined {
  const names = configs.map(({ name }) => name).join(', ');
  if (wanted === undefined) {
    if (configs.length < 2) return configs[0];
    const usual = configs.find(({ isDefault }) => isDefault);
    if (usual) return usual;
    throw new PhotoSetError(
      `${shown} has several configurations: ${names}. Add ?config= with one.`,
    );
  }
  const found = configs.find(({ name }) => name === wanted);
  if (found || (wanted === 'default' && configs.length === 0)) return found;
  throw new PhotoSetError(
    `${shown} has no configuration '${wanted}'; it has ${names || "only 'default'"}.`,
  );
}

function byPatterns(files: readonly SetFile[], { dataFiles }: HubConfig): SetFile[] {
  return dataFiles.flatMap(({ split, paths }) => {
    const patterns = paths.map(path => expressionOf(path.replace(/^\.\//, '')));
    return files
      .filter(({ name }) => patterns.some(pattern => pattern.test(name)))
      .map(file => (split === '' ? withSplit(file) : { ...file, split }));
  });
}

/** The split that a folder or the name of a file states, as a word of its own: `data/train-00000-of-00002.parquet`. */
function withSplit(file: SetFile): SetFile {
  const words = file.name.split('/').flatMap(part => part.split(/[^a-zA-Z0-9]+/));
  const split = words.find(word => partNamed(word) !== undefined);
  return split === undefined ? file : { ...file, split };
}
