import { PhotoSetError } from '../collection';
import type { FoundPhoto } from '../found-photo';
import { isRemote } from '../places/addresses';
import { shownAddress } from '../stores/http';
import { type RangeOptions, sizeOf } from '../stores/ranges';
import type { Row } from '../table-text';
import { featuresOf, type ParquetFeatures } from './features';
import { ofParquet, openParquet, type ParquetFile } from './file';

/**
 * Yields the photos of a Parquet file by their rows, with the other columns as their facts. Photos are not read.
 *
 * @throws PhotoSetError when there is no file, or none of its columns holds photos. ArchiveError when it is damaged.
 */
export async function* listParquet(
  path: string,
  options: RangeOptions = {},
): AsyncGenerator<FoundPhoto, void, undefined> {
  const shown = isRemote(path) ? shownAddress(path) : path;
  if ((await sizeOf(path, options)) === undefined)
    throw new PhotoSetError(`${shown} does not exist.`);
  const { metadata, buffer, close } = await openParquet(path, options);
  try {
    const features = featuresOf(metadata);
    const { image } = features;
    if (image === undefined)
      throw new PhotoSetError(
        `${shown} has no column of photos: bytes, or a struct of bytes and path, as the library datasets writes it.`,
      );
    for await (const { row, facts } of rowsOf({ metadata, buffer }, features, options))
      yield {
        name: String(row).padStart(8, '0'),
        origin: { kind: 'parquet', path, column: image, row },
        row: facts,
      };
  } finally {
    await close();
  }
}

/** The rows of a file without its photos. */
export async function* rowsOf(
  { metadata, buffer }: Omit<ParquetFile, 'close'>,
  features: ParquetFeatures,
  { signal }: RangeOptions,
): AsyncGenerator<{ readonly row: number; readonly facts: Row }, void, undefined> {
  const { parquetReadObjects } = await import('hyparquet');
  let first = 0;
  for (const { num_rows: count } of metadata.row_groups) {
    signal?.throwIfAborted();
    const [rowStart, rowEnd] = [first, first + Number(count)];
    first = rowEnd;
    const columns = [...features.others];
    const rows =
      columns.length === 0
        ? []
        : await parquetReadObjects({ file: buffer, metadata, columns, rowStart, rowEnd }).catch(
            error => {
              throw ofParquet(error);
            },
          );
    for (let row = rowStart; row < rowEnd; row++)
      yield { row, facts: factsOf(rows[row - rowStart] ?? {}, features) };
  }
}

/** Numbers of classes become their names. */
function factsOf(row: Row, { classes, others }: ParquetFeatures): Row {
  const facts: Record<string, unknown> = {};
  for (const name of others) {
    const names = classes.get(name);
    const value = row[name];
    const plain = (cell: unknown) => (typeof cell === 'bigint' ? Number(cell) : cell);
    const named = (cell: unknown) => (names ? names[Number(cell)] : plain(cell));
    const fact = Array.isArray(value) ? value.map(named) : named(value);
    if (fact !== undefined && fact !== null) facts[name] = fact;
  }
  const [only] = classes.size === 1 ? classes.keys() : [];
  return only !== undefined && !/^(class|label)s?$/i.test(only)
    ? { class: facts[only], ...facts }
    : facts;
}
