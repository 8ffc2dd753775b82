import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { compareText } from '@shroom/data';
import { type FeatureSource, selectFrom } from '@shroom/train';
import { type FeatureArrayOptions, openFeatureArray } from '@shroom/train/node';
import { CsvError, parse } from 'csv-parse';
import { FeatureFolderError } from './errors';
import { type NamesOf, requireKnown } from './requirements';

/** Part of a split. */
export type FeaturePart = 'train' | 'validation' | 'test';

export interface FeatureFolderOptions extends Pick<FeatureArrayOptions, 'shuffle'> {
  /** Names of the classes, in the order of their indices. Default: all names in the table, sorted. */
  readonly classes?: readonly string[];
  /** What happens to photos whose row has an error: they are skipped and counted, or opening fails. Default `skip`. */
  readonly unreadable?: 'skip' | 'error';
  readonly signal?: AbortSignal;
}

const known: NamesOf<FeatureFolderOptions> = {
  ...{ shuffle: true, classes: true, unreadable: true, signal: true },
};

/** An open folder of features. */
export interface FeatureFolder {
  readonly classes: readonly string[];
  /** Features of the photos of each part. Photos without a part are in none. */
  readonly parts: Readonly<Record<FeaturePart, FeatureSource>>;
  /** Features of all photos that have a class. */
  readonly all: FeatureSource;
  /** Number of photos whose row has an error. */
  readonly skipped: number;
  close(): Promise<void>;
}

/** What the table says about the rows of the array. */
interface Table {
  readonly names: readonly (string | undefined)[];
  readonly parts: readonly (FeaturePart | undefined)[];
  readonly skipped: number;
}

/**
 * Opens a folder of features for training, without reading the features into memory: `features.npy`, `[photos, channels]` or `[photos,
 * views, channels]`, and `photos.csv` with a line for each photo, in the same order. Its columns are `photo`, `class`, `part` (`train`,
 * `validation`, `test` or empty) and `error`; a photo without an error needs a class. `plan features` writes such a folder.
 *
 * @throws FeatureFolderError when the table is damaged, lacks a column or a class, or has an error and `unreadable` is `error`.
 * @throws FeatureArrayError when the array has another number of rows than the table. NpyError or ElementTypeError when it cannot be read.
 * @example
 * ```ts
 * import { classifierHead } from '@shroom/head';
 * import { fit, recipes } from '@shroom/train';
 *
 * const { parts, classes, skipped, close } = await openFeatureFolder('genera-features');
 * if (skipped > 0) console.warn(`${skipped} photos could not be read`);
 * const head = classifierHead(parts.train.shape[0]!, classes.length);
 * for await (const { epoch } of fit(head, { ...parts, classes: classes.length }, recipes.fast)) console.log(epoch);
 * await close();
 * ```
 */
export async function openFeatureFolder(
  folder: string,
  options: FeatureFolderOptions = {},
): Promise<FeatureFolder> {
  requireKnown('', options, known);
  const { shuffle, unreadable = 'skip', signal } = options;
  if (unreadable !== 'skip' && unreadable !== 'error')
    throw new RangeError(`unreadable should be 'skip' or 'error', not '${unreadable}'.`);
  const path = join(folder, 'photos.csv');
  const { names, parts, skipped } = await readTable(path, unreadable, signal);
  const found = [...new Set(names.filter(name => name !== undefined))].sort(compareText);
  const classes = options.classes ?? found;
  const odd = found.find(name => !classes.includes(name));
  if (odd !== undefined)
    throw new FeatureFolderError(
      path,
      `has the class '${odd}', which is not one of ${classes.join(', ')}.`,
    );
  const indices = new Map(classes.map((name, index) => [name, index]));
  const labels = Int32Array.from(names, name => (name === undefined ? 0 : indices.get(name)!));
  const file = await openFeatureArray(join(folder, 'features.npy'), {
    labels,
    ...(shuffle && { shuffle }),
  });
  const some = (wanted: (place: number) => boolean) =>
    selectFrom(
      file,
      names.flatMap((name, place) => (name !== undefined && wanted(place) ? [place] : [])),
    );
  const of = (part: FeaturePart) => some(place => parts[place] === part);
  return {
    classes,
    parts: { train: of('train'), validation: of('validation'), test: of('test') },
    all: some(() => true),
    skipped,
    close: () => file.close(),
  };
}

async function readTable(
  path: string,
  unreadable: 'skip' | 'error',
  signal: AbortSignal | undefined,
): Promise<Table> {
  const names: (string | undefined)[] = [];
  const parts: (FeaturePart | undefined)[] = [];
  let skipped = 0;
  const text = createReadStream(path, signal ? { signal } : {});
  const rows = text.pipe(parse({ bom: true, columns: header => requireColumns(path, header) }));
  text.on('error', error => rows.destroy(error));
  try {
    for await (const row of rows as AsyncIterable<Record<string, string>>) {
      const { photo, class: name = '', part = '', error = '' } = row;
      if (error !== '') {
        if (unreadable === 'error')
          throw new FeatureFolderError(path, `says that '${photo}' could not be read: ${error}`);
        skipped++;
      } else if (name === '')
        throw new FeatureFolderError(path, `has no class for '${photo}'. Fill the column 'class'.`);
      if (!['', 'train', 'validation', 'test'].includes(part))
        throw new FeatureFolderError(
          path,
          `has the part '${part}' for '${photo}'; it should be train, validation, test or empty.`,
        );
      names.push(error === '' ? name : undefined);
      parts.push(part === '' ? undefined : (part as FeaturePart));
    }
  } catch (cause) {
    if (cause instanceof CsvError)
      throw new FeatureFolderError(path, `is damaged: ${cause.message}`);
    throw cause;
  }
  return { names, parts, skipped };
}

function requireColumns(path: string, header: string[]): string[] {
  const missing = ['photo', 'class', 'part', 'error'].filter(name => !header.includes(name));
  if (missing.length > 0)
    throw new FeatureFolderError(
      path,
      `has no column ${missing.join(', ')}; it has ${header.join(', ')}.`,
    );
  return header;
}
