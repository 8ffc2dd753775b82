import { ArchiveError } from '../archive-error';
import { type Row, textOf } from '../table-text';
import { type PiecewiseReader, type TarEntry, tarEntries } from './entries';

/** Files with the same key, which follow each other in an archive. */
interface TarSample {
  readonly key: string;
  /** By what follows the first dot of their names, in lower case. */
  readonly files: Map<string, TarEntry>;
}

/** A photo in an archive, with the facts that are stored beside it. */
export interface TarPhoto extends TarEntry {
  readonly row: Row;
}

/** What WebDataset skips: files that describe the archive. */
export const meta = /^__[^/]*__($|\/)/;

/**
 * Yields the samples of an archive by the rules of WebDataset: the key of a file is its path up to the first dot of its name; files of a
 * sample follow each other; files without a key, such as hidden ones, are skipped.
 *
 * @throws ArchiveError when a sample has two files with the same suffix.
 * @see https://github.com/webdataset/webdataset/blob/main/src/webdataset/tariterators.py
 */
async function* samplesOf(file: PiecewiseReader): AsyncGenerator<TarSample, void, undefined> {
  let current: TarSample | undefined;
  for await (const entry of tarEntries(file)) {
    const [, key, ending] = /^((?:.*\/|)[^.]+)[.]([^/]*)$/s.exec(entry.name) ?? [];
    if (key === undefined || meta.test(entry.name)) continue;
    const suffix = ending!.toLowerCase();
    if (current?.key !== key) {
      if (current) yield current;
      current = { key, files: new Map() };
    }
    if (current.files.has(suffix))
      throw new ArchiveError(
        `the sample '${key}' has two files with the suffix '${suffix}'. Give each photo its own key: the part of its name before the first dot`,
      );
    current.files.set(suffix, entry);
  }
  if (current) yield current;
}

/** The suffixes of photos, in lower case. */
export const pictures = /^(.*\.)?(avif|bmp|gif|jpe?g|png|tiff?|webp)$/;

/** A sample that has no photo. */
interface Skipped {
  readonly name: string;
  readonly reason: string;
}

/** Yields the photo of each sample, with its facts. @throws ArchiveError when the archive is damaged. */
export async function* tarPhotos(
  file: PiecewiseReader,
  skipped: (sample: Skipped) => void = () => {},
): AsyncGenerator<TarPhoto, void, undefined> {
  for await (const { key, files } of samplesOf(file)) {
    // Of several pictures, such as a photo `jpg` and a mask `mask.png`, the one with the shortest suffix.
    const suffixes = [...files.keys()].filter(suffix => pictures.test(suffix));
    const dots = (suffix: string) => suffix.split('.').length;
    const [suffix] = suffixes.sort((a, b) => dots(a) - dots(b));
    if (suffix === undefined) {
      skipped({ name: key, reason: `no picture: it has ${[...files.keys()].join(', ')}` });
      continue;
    }
    yield { ...files.get(suffix)!, row: await rowOf(file, files) };
  }
}

/** Largest file of facts that is read, in bytes. */
const mostFacts = 2 ** 20;

/** The facts in the files `cls`, `txt` and `json` of a sample. */
async function rowOf(file: PiecewiseReader, files: TarSample['files']): Promise<Row> {
  const read = async (suffix: string) => {
    const entry = files.get(suffix);
    if (!entry || entry.size > mostFacts) return undefined;
    return (await file.read(entry.offset, entry.offset + entry.size)).toString().trim();
  };
  const [cls, txt, json] = [await read('cls'), await read('txt'), await read('json')];
  return {
    ...(json !== undefined && shortFields(json)),
    ...(cls !== undefined && { cls }),
    ...(txt !== undefined && txt.length <= longest && { txt }),
  };
}

/** Maximum number of characters of a value that is kept, and of values. */
const [longest, mostFields] = [200, 40];

/** The short texts, numbers and lists of an object in JSON. */
function shortFields(json: string): Row {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return {};
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const isShort = (cell: unknown): boolean => (textOf(cell)?.length ?? longest + 1) <= longest;
  const fields = Object.entries(value).filter(
    ([name, cell]) =>
      name.length <= longest && (Array.isArray(cell) ? cell.every(isShort) : isShort(cell)),
  );
  return Object.fromEntries(fields.slice(0, mostFields));
}
