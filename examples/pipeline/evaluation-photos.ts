import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyManifest, type Photo, parseManifest, type SplitName } from '@shroom/data';
import { openPhotos as open } from '@shroom/data/node';
import { columnNames } from './columns';
import { openPhotos, type PhotoOptions } from './photos';

/** Photos to evaluate a classifier on. */
export interface EvaluationPhotos {
  /** Of classes that the classifier knows, with its own labels. */
  readonly known: readonly Photo[];
  /** Of classes that it does not know. */
  readonly strange: readonly Photo[];
  readonly strangeClasses: readonly string[];
  /** How many the classifier was trained on, or chosen by. Unknown where its folder has no split, as after fine-tuning. */
  readonly seen?: number;
}

/** One part of the photos that a run was made of, as its folder says. */
export async function photosOfRun(
  folder: string,
  part: SplitName,
  signal: AbortSignal,
): Promise<EvaluationPhotos> {
  const text = await readFile(join(folder, 'metrics.json'), 'utf8').catch(() => {
    throw new Error(`${folder} holds no finished run (no metrics.json). \`npm start\` makes one.`);
  });
  const { options } = JSON.parse(text) as {
    options: Omit<PhotoOptions, 'group'> & { group?: string };
  };
  const set = await openPhotos({ ...options, group: options.group ?? 'none' }, signal);
  const split = applyManifest(
    parseManifest(await readFile(join(folder, 'split.json'), 'utf8')),
    set,
  );
  return {
    known: split[part].map(index => set.photos[index]!),
    strange: [],
    strangeClasses: [],
    seen: part === 'test' ? 0 : split[part].length,
  };
}

/**
 * All photos of another set; its classes are known by their names.
 *
 * @param folder Of the run, whose split says which photos it has seen.
 * @param columns Of a table, as the option `--columns` has it.
 */
export async function photosOf(
  source: string,
  folder: string,
  classes: readonly string[],
  signal: AbortSignal,
  columns?: string,
): Promise<EvaluationPhotos> {
  const named = columns === undefined ? {} : columnNames(columns);
  const set = await open(source, { signal, leastPerClass: 1, ...named });
  const known: Photo[] = [];
  const strange: Photo[] = [];
  for (const photo of set.photos) {
    const label = classes.indexOf(set.classes[photo.label]!);
    if (label < 0) strange.push(photo);
    else known.push({ ...photo, label });
  }
  const file = join(folder, 'split.json');
  const manifest = existsSync(file) ? parseManifest(await readFile(file, 'utf8')) : undefined;
  const learned =
    manifest && new Set([...manifest.train, ...manifest.validation].map(({ sha256 }) => sha256));
  return {
    known,
    strange,
    strangeClasses: set.classes.filter(name => !classes.includes(name)),
    ...(learned && { seen: set.photos.filter(({ sha256 }) => learned.has(sha256)).length }),
  };
}
