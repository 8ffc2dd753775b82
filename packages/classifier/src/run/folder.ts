import { existsSync, realpathSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { applyManifest, type Photo, parseManifest, type Split } from '@shroom/data';
import { differences, openRun, RunMismatchError, saveRun } from '@shroom/train/node';
import { RunFolderError } from '../errors';
import type { Configuration } from '../options';
import { isAddress } from '../photos/addresses';
import type { NamedPhotos } from '../photos/open-set';
import { ofTheDisk } from './disk';
import { isReplacing } from './replacing';

/** Content of `run.json`, which is needed to continue an interrupted run. */
export interface RunConfiguration extends Configuration {
  /** Argument of `openPhotos`. Absent if the photos were already open. */
  readonly data?: string | readonly string[];
  /** Name of the photo set. */
  readonly name: string;
  /** Arguments of `finetune`. Only in the folder of a fine-tuned classifier. */
  readonly finetuning?: {
    /** The folder of the classifier that was fine-tuned. */
    readonly run: string;
    /** The last layer that stayed frozen. */
    readonly from: string;
    readonly extractor: number;
    readonly epochs: number;
    readonly views: number;
    /** Absent if it was the usual one. */
    readonly layerDecay?: number;
  };
}

/**
 * Creates the folder of a run, or checks that an existing folder is empty or holds a run. Existing files are not changed.
 *
 * @throws RunFolderError when the folder holds other files, or cannot be created.
 */
export async function openRunFolder(folder: string): Promise<void> {
  const entries = await made(folder)
    .then(() => readdir(folder))
    .catch(error => {
      throw ofTheDisk(folder, error);
    });
  const others = entries.filter(name => !name.startsWith('.'));
  const isRun =
    ['run.json', 'split.json'].some(name => others.includes(name)) || isReplacing(folder);
  if (others.length > 0 && !isRun)
    throw new RunFolderError(
      folder,
      `holds other files (${others.slice(0, 3).join(', ')}), not a run. Give another folder with --out.`,
    );
}

/**
 * Checks that a run's folder is not inside the folder of its photos, where the heat maps of the run would be taken for photos.
 *
 * @throws RunFolderError when it is.
 */
export function requireOutside(folder: string, photos: string): void {
  if (!statSync(photos, { throwIfNoEntry: false })?.isDirectory()) return;
  const below = relative(realpathSync(photos), realOf(resolve(folder)));
  const isBelow = below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below);
  if (isBelow && !below.split(sep).some(name => name.startsWith('.')))
    throw new RunFolderError(
      folder,
      `is inside the photos ('${photos}'), so its heat maps would be taken for photos. Give another folder with --out.`,
    );
}

/** The path without links, also if its last folders do not exist yet. */
const realOf = (path: string): string =>
  existsSync(path) || dirname(path) === path
    ? realpathSync(path)
    : join(realOf(dirname(path)), basename(path));

async function made(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((cause: NodeJS.ErrnoException) => {
    const reasons: Readonly<Record<string, string>> = {
      ENOSPC: 'cannot be made: the disk is full. Make room, or give a folder on another disk.',
      EACCES: 'cannot be made: writing there is not permitted. Give another folder with --out.',
      EROFS: 'cannot be made: the disk is read-only. Give another folder with --out.',
      // What a disk that is read-only answers when folders are made one in the other.
      ENOENT: 'cannot be made there: the disk may be read-only. Give another folder with --out.',
      EEXIST: 'is a file, not a folder. Give another folder with --out.',
      ENOTDIR: 'is below a file, not a folder. Give another folder with --out.',
    };
    const reason = reasons[cause.code ?? ''] ?? `cannot be made: ${cause.message}.`;
    throw new RunFolderError(folder, reason, { cause });
  });
}

/**
 * The run of a classifier.
 *
 * @param otherwise What to do if the folder holds a classifier alone, such as one that was exported for the web.
 * @throws RunFolderError when the folder holds no run.
 */
export const runOf = (folder: string, otherwise: string) =>
  openRun<RunConfiguration>(folder).catch(cause => {
    throw new RunFolderError(folder, `holds a classifier without its run: ${otherwise}`, { cause });
  });

/** Whether a folder holds a run, finished or not. */
export const holdsRun = (folder: string): boolean => existsSync(join(folder, 'run.json'));

/** Whether a folder holds a run of another configuration. */
export async function holdsAnother(
  folder: string,
  configuration: RunConfiguration,
): Promise<boolean> {
  if (!holdsRun(folder)) return false;
  const { configuration: then } = await openRun<RunConfiguration>(folder);
  return differences({ configuration: then }, { configuration: kept(configuration) }).length > 0;
}

/** The configuration as it is stored. Paths become absolute, so that the run can be resumed from any working directory. */
function kept(configuration: RunConfiguration): RunConfiguration {
  const { data } = configuration;
  if (data === undefined) return configuration;
  const isPattern = (place: string) => /[{*?[]/.test(place) && !isAddress(place);
  const absolute = (place: string) =>
    existsSync(place) || isPattern(place) ? resolve(place) : place;
  return { ...configuration, data: typeof data === 'string' ? absolute(data) : data.map(absolute) };
}

/**
 * Writes the configuration of a new run to `run.json`. If the folder holds a run of the same configuration, that run is continued.
 *
 * @returns Sentences about other changes since the run began, such as a new version of an engine.
 * @throws RunMismatchError when the folder holds a run of another configuration. The message names the differences.
 */
export async function saveConfiguration(
  folder: string,
  configuration: RunConfiguration,
  versions: Readonly<Record<string, string>>,
): Promise<string[]> {
  await saveRun(folder, { configuration: kept(configuration), versions }).catch(error => {
    if (error instanceof RunMismatchError && !configuration.finetuning)
      error.message += ' To replace it when the new one is complete, add --overwrite.';
    throw error;
  });
  const { versions: then } = await openRun(folder);
  return Object.entries(versions)
    .filter(([name, version]) => then[name] !== version)
    .map(
      ([name, version]) =>
        `${name} was ${then[name]}, now it is ${version}: the numbers may differ in their last digits`,
    );
}

/** The photos of a continued run, and their split. */
export interface SplitOfRun {
  readonly photos: NamedPhotos;
  readonly split: Split;
  readonly rule: string;
  /** Number of photos that were added after the run began, and are not used. */
  readonly added: number;
}

/**
 * The split of a continued run. Hashes prove that the photos are the same. Photos that were added after the run began are left out.
 *
 * @returns Undefined if the run has not split its photos yet.
 * @throws SplitError when photos are missing or have changed. The message names them.
 */
export async function splitOfRun(
  folder: string,
  photos: NamedPhotos,
): Promise<SplitOfRun | undefined> {
  const text = await readFile(join(folder, 'split.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const manifest = parseManifest(text);
  const ids = new Set(
    [...manifest.train, ...manifest.validation, ...manifest.test].map(({ id }) => id),
  );
  // Classes that were added after the run began come last, so that the others keep their places.
  const classes = [...new Set([...manifest.classes, ...photos.classes])];
  const labelOf = (label: number) => classes.indexOf(photos.classes[label]!);
  const own = photos.photos
    .filter(({ id }) => ids.has(id))
    .map(({ labels, ...photo }): Photo => {
      if (!labels) return { ...photo, label: labelOf(photo.label) };
      // Classes that were added after the run began are not learned.
      const known = labels.map(labelOf).filter(label => label < manifest.classes.length);
      known.sort((a, b) => a - b);
      return { ...photo, label: known[0] ?? 0, labels: known };
    });
  const split = applyManifest(manifest, { classes, photos: own });
  const kept = { ...photos, classes: manifest.classes, photos: own };
  return { photos: kept, split, rule: manifest.rule, added: photos.photos.length - own.length };
}

/** Replaces a folder by a complete new one. The old folder is removed. */
export async function replaceFolder(old: string, fresh: string): Promise<void> {
  const aside = `${old}.old`;
  await rm(aside, { recursive: true, force: true });
  if (existsSync(old)) await rename(old, aside);
  await rename(fresh, old);
  await rm(aside, { recursive: true, force: true });
}
