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
  /** The classes of each photo. Undefined for a photo with an error. */
  readonly names: readonly (readonly string[] | undefined)[];
  /** Whether photos may have several classes. */
  readonly hasSeveral: boolean;
  readonly parts: readonly (FeaturePart | undefined)[];
  readonly skipped: number;
}

/**
 * Opens a folder of features for training, without reading the features into memory: `features.npy`, `[photos, channels]` or `[photos,
 * views, channels]`, and `photos.csv` with a line for each photo, in the same order. Its columns are `photo`, `class`, `part` (`train`,
 * `validation`, `test` or empty) and `error`; a photo without an error needs a class. Where photos may have several classes, each cell is a
 * list in JSON, such as `["Amanita","Boletus"]`, and the parts have `targets`. `plan features` writes such a folder.
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
  const { names, hasSeveral, parts, skipped } = await readTable(path, unreadable, signal);
  const found = [...new Set(names.flatMap(own => own ?? []))].sort(compareText);
  const classes = options.classes ?? found;
  const odd = found.find(name => !classes.includes(name));
  if (odd !== undefined)
    throw new FeatureFolderError(
      path,
      `has the class '${odd}', which is not one of ${classes.join(', ')}.`,
    );
  const indices = new Map(classes.map((name, index) => [name, index]));
  const labels = Int32Array.from(names, own => indices.get(own?.[0] ?? '') ?? 0);
  const targets = hasSeveral ? new Float32Array(names.length * classes.length) : undefined;
  for (const [photo, own = []] of names.entries())
    for (const name of own) targets?.set([1], photo * classes.length + indices.get(name)!);
  const file = await openFeatureArray(join(folder, 'features.npy'), {
    labels,
    ...(targets && { targets }),
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
  const names: (readonly string[] | undefined)[] = [];
  let hasSeveral: boolean | undefined;
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
      const several = namesIn(name);
      if (error === '') {
        hasSeveral ??= several !== undefined;
        if (hasSeveral !== (several !== undefined))
          throw new FeatureFolderError(
            path,
            `has one class for some photos and lists of classes for others, such as '${photo}'. Make all of them lists in JSON, such as ["Amanita"].`,
          );
      }
      names.push(error === '' ? (several ?? [name]) : undefined);
      parts.push(part === '' ? undefined : (part as FeaturePart));
    }
  } catch (cause) {
    if (cause instanceof CsvError)
      throw new FeatureFolderError(path, `is damaged: ${cause.message}`);
    throw cause;
  }
  return { names, hasSeveral: hasSeveral ?? false, parts, skipped };
}

/** The names in a cell that is a list in JSON. */
function namesIn(cell: string): readonly string[] | undefined {
  if (!cell.startsWith('[')) return undefined;
  try {
    const names: unknown = JSON.parse(cell);
    return Array.isArray(names) && names.every(name => typeof name === 'string')
      ? names
      : undefined;
  } catch {
    return undefined;
  }
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
